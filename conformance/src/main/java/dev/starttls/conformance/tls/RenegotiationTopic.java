package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.minimal.Tls12Session.Came;
import dev.starttls.conformance.tls.minimal.Tls12Session.Kind;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Checks of renegotiation in TLS 1.2: who may start it, and what binds it to the first handshake. */
final class RenegotiationTopic implements Topic {

    private static final int SERVER_HELLO = 2;

    /** More than servers allow that count renegotiations. */
    private static final int MANY = 10;

    private static final String WITHOUT_TLS_12 = "TLSv1.2 is not spoken, and this does not exist in TLSv1.3";
    private static final String NO_HANDSHAKE = "there was no handshake of TLSv1.2 with ECDHE and AES-GCM";

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-17", "secure renegotiation is indicated")
                        .clause("RFC 5746 section 3.6")
                        .level(Level.MUST)
                        .why("Without it an attacker can insert commands of its own before those of a client.")
                        .fix("Use a TLS library that supports renegotiation_info.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(RenegotiationTopic::indicated)),
                Check.of("TLS-S-17b", "an insecure renegotiation, which is not bound to the session, is refused")
                        .clause("RFC 5746 section 3.7 and 4.4, CVE-2009-3555")
                        .level(Level.MUST)
                        .why("An attacker starts a session, sends commands, and then forwards the connection to a"
                                + " client, whose first handshake the server takes for a renegotiation.")
                        .fix("Use a TLS library that supports renegotiation_info, and do not allow legacy"
                                + " renegotiation.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(RenegotiationTopic::unbound)),
                Check.of("TLS-S-17c", "a renegotiation started by the client is refused")
                        .clause("RFC 9325 section 3.5, CVE-2011-1473")
                        .level(Level.SECURITY)
                        .why("A client that requests many handshakes in one connection keeps the server busy in"
                                + " spite of any limit on connections; no mail client needs it.")
                        .fix("OpenSSL refuses since 3.0 (SSL_OP_NO_RENEGOTIATION before); the TLS of Java (JSSE) with"
                                + " jdk.tls.rejectClientInitiatedRenegotiation=true; with GnuTLS the server program has"
                                + " to refuse.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(RenegotiationTopic::clientInitiated)));
    }

    private static Verdict indicated(Prober prober) throws IOException, BlockedException {
        Optional<ServerHello> hello = prober.chosen(ProtocolVersion.TLS12);
        if (hello.isEmpty()) {
            return Verdict.skip(WITHOUT_TLS_12);
        }
        if (hello.get().extension(Extension.RENEGOTIATION_INFO).isEmpty()) {
            return Verdict.fail("the ServerHello of TLSv1.2 has no renegotiation_info, only "
                    + hello.get().extensions());
        }
        HelloAnswer withoutIt = prober.ask(withoutRenegotiationInfo(prober));
        String detail = "renegotiation_info is in the ServerHello of TLSv1.2; a client that lacks it ";
        if (withoutIt instanceof HelloAnswer.Hello taken) {
            return taken.hello().extension(Extension.RENEGOTIATION_INFO).isPresent()
                    ? Verdict.fail("a client that did not send renegotiation_info was answered with it")
                    : Verdict.pass(detail + "is served without it");
        }
        return withoutIt instanceof HelloAnswer.Refused
                ? Verdict.pass(detail + "is refused: " + withoutIt.description())
                : Verdict.fail(detail + "gets no valid answer: " + withoutIt.description());
    }

    private static Verdict unbound(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> modern = EstablishedSession.tls12(prober, Kind.MODERN);
        if (modern.isEmpty()) {
            return Verdict.skip(NO_HANDSHAKE);
        }
        Verdict afterIndicating = renegotiated(prober, modern.get(), Tls12Session::insecureRenegotiation);
        return new CombinedVerdict()
                .add("a client that sent it in its first ClientHello", afterIndicating)
                .add("a client that lacks it", withoutIndicating(prober))
                .verdict();
    }

    /** There is a session to renegotiate in only if the server accepts a client without the extension. */
    private static Verdict withoutIndicating(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> legacy = EstablishedSession.tls12(prober, Kind.WITHOUT_SECURE_RENEGOTIATION);
        if (legacy.isPresent()) {
            return renegotiated(prober, legacy.get(), Tls12Session::insecureRenegotiation);
        }
        HelloAnswer answer = prober.ask(withoutRenegotiationInfo(prober));
        return answer instanceof HelloAnswer.Refused
                ? Verdict.pass("is refused: " + answer.description())
                : Verdict.inconclusive("had no session to renegotiate in: " + answer.description());
    }

    private static ClientHello withoutRenegotiationInfo(Prober prober) {
        return ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .without(Extension.RENEGOTIATION_INFO)
                .build();
    }

    private static Verdict clientInitiated(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> modern = EstablishedSession.tls12(prober, Kind.MODERN);
        if (modern.isEmpty()) {
            return Verdict.skip(NO_HANDSHAKE);
        }
        Verdict first = renegotiated(prober, modern.get(), Tls12Session::secureRenegotiation);
        return first.status() == Status.FAIL ? oneAfterTheOther(prober, first) : first;
    }

    /** A server that allows a few and then ends the session is not kept busy. */
    private static Verdict oneAfterTheOther(Prober prober, Verdict first) throws IOException, BlockedException {
        Optional<EstablishedSession> modern = EstablishedSession.tls12(prober, Kind.MODERN);
        if (modern.isEmpty()) {
            return first;
        }
        try (EstablishedSession live = modern.get().begun()) {
            Tls12Session session = ((MinimalRecordSession) live.session()).details(Tls12Session.class);
            for (int taken = 0; taken < MANY; taken++) {
                // Asking for the details again begins the time for the next answer.
                var unusedBeginning = ((MinimalRecordSession) live.session()).details(Tls12Session.class);
                live.note("sends the ClientHello of renegotiation " + (taken + 1));
                try {
                    session = session.renegotiated(live.session()::send);
                } catch (IOException e) {
                    Received instead =
                            WireStream.received(e, prober.context().settings().answer());
                    return taken > 0 && instead instanceof Received.Ended
                            ? Verdict.warn("renegotiations were accepted " + taken
                                    + " times, and then the server ended the session: " + instead.description())
                            : first;
                }
            }
        }
        return Verdict.fail(first.detail() + ", and " + MANY + " more in one session were accepted");
    }

    /** A command follows the ClientHello, so that a server that ignores the ClientHello still answers at once. */
    private static Verdict renegotiated(
            Prober prober, EstablishedSession begun, Function<Tls12Session, OctetString> hello)
            throws BlockedException {
        try (EstablishedSession live = begun.begun()) {
            Tls12Session session = ((MinimalRecordSession) live.session()).details(Tls12Session.class);
            live.note("sends a ClientHello inside the session, followed by a command");
            OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
            live.session().send(hello.apply(session).and(session.seal(command)));
            Verdict verdict = judged(session, prober.context().settings().answer());
            live.note(verdict.detail());
            return verdict;
        }
    }

    private static Verdict judged(Tls12Session session, Duration answer) {
        try {
            Came came = session.next();
            if (came instanceof Came.Handshake handshake) {
                return handshake.type() == SERVER_HELLO
                        ? Verdict.fail("the renegotiation was accepted: a ServerHello came")
                        : Verdict.fail("a handshake message of type " + handshake.type() + " came");
            }
            if (came instanceof Came.Alerted alerted) {
                return Verdict.pass("refused: " + alerted.alert());
            }
            return came instanceof Came.Data
                    ? Verdict.pass("ignored, and the session continues")
                    : Verdict.fail("an unexpected record came: " + came);
        } catch (IOException e) {
            Received received = WireStream.received(e, answer);
            return received instanceof Received.Ended
                    ? Verdict.pass("refused: " + received.description())
                    : Verdict.warn("neither refused nor accepted: " + received.description());
        }
    }
}
