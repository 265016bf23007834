package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Checks of how a server handles single extensions, and TLS compression. */
final class ExtensionTopic implements Topic {

    private static final String UNKNOWN_NAME = "no-such-name.invalid";
    private static final String UNKNOWN_PROTOCOL = "no-such-protocol";
    private static final List<Integer> DEFLATE_LZS_NONE = List.of(1, 64, 0);
    private static final String WITHOUT_TLS_12 = "TLSv1.2 is not spoken, and this does not exist in TLSv1.3";

    /** A request of RFC 6520 section 4 with its true length: 16 octets of payload and 16 of padding. */
    private static final OctetString HEARTBEAT_REQUEST =
            OctetString.hex("01 0010").and(OctetString.zeros(32));

    /** The same that claims a payload of 16 KiB, as in CVE-2014-0160. */
    private static final OctetString OVERSTATED_REQUEST =
            OctetString.hex("01 4000").and(OctetString.zeros(1));

    private static final OctetString FATAL_ALERT =
            RecordSplitter.record(ContentType.ALERT.code(), ProtocolVersion.TLS12.code(), OctetString.of(new byte[] {
                2, Alert.HANDSHAKE_FAILURE
            }));

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-09", "a known, an unknown and no server name are all answered")
                        .clause("RFC 6066 section 3")
                        .level(Level.MUST)
                        .why("Clients connect to a mail server by names that it may not know, and some send none.")
                        .fix("Continue with a default certificate, or refuse with unrecognized_name.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(ExtensionTopic::names)),
                Check.of("TLS-S-18", "TLS compression is not accepted")
                        .clause("RFC 9325 section 3.3")
                        .level(Level.MUST)
                        .why("The length of compressed data reveals its content (CRIME).")
                        .fix("Disable it in the TLS library.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(ExtensionTopic::compression)),
                Check.of("TLS-S-23", "an unknown ALPN protocol is tolerated or refused as such")
                        .clause("RFC 7301 section 3.2")
                        .level(Level.SHOULD)
                        .why("More and more clients send ALPN; a server that does not support it must ignore it.")
                        .fix("Ignore the extension, or answer no_application_protocol.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(ExtensionTopic::alpn)),
                Check.of("TLS-S-24", "a heartbeat request is not answered")
                        .clause("RFC 6520 section 4, CVE-2014-0160")
                        .level(Level.SECURITY)
                        .why("Heartbeat has no use over TCP, and Heartbleed leaked memory through it.")
                        .fix("Build or configure the TLS library without it.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(ExtensionTopic::heartbeat)));
    }

    private static Verdict names(Prober prober) throws IOException, BlockedException {
        CombinedVerdict combined = new CombinedVerdict();
        if (!prober.serverName().isEmpty()) {
            HelloAnswer known = prober.ask(ClientHello.modern(prober.serverName()));
            if (!(known instanceof HelloAnswer.Hello)) {
                return Verdict.inconclusive(
                        "not even " + prober.serverName() + " is answered with a ServerHello: " + known.description());
            }
            combined.add("'" + prober.serverName() + "'", named(known));
        }
        return combined.add("'" + UNKNOWN_NAME + "'", named(prober.ask(ClientHello.modern(UNKNOWN_NAME))))
                .add("no name", named(prober.ask(ClientHello.modern(""))))
                .verdict();
    }

    private static Verdict named(HelloAnswer answer) {
        return answer instanceof HelloAnswer.Hello || answer instanceof HelloAnswer.Refused
                ? Verdict.pass(answer.description())
                : Verdict.fail(answer.description());
    }

    private static Verdict compression(Prober prober) throws IOException, BlockedException {
        HelloAnswer answer = prober.ask(ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .compressions(DEFLATE_LZS_NONE)
                .build());
        if (answer instanceof HelloAnswer.Hello hello) {
            int method = hello.hello().compression();
            return method == 0
                    ? Verdict.pass("DEFLATE and LZS were offered, none was chosen")
                    : Verdict.fail("compression method " + method + " was chosen");
        }
        return prober.chosen(ProtocolVersion.TLS12).isEmpty()
                ? Verdict.skip(WITHOUT_TLS_12)
                : Verdict.warn("a ClientHello that offers compression as well as none is not accepted:" + " "
                        + answer.description());
    }

    private static Verdict alpn(Prober prober) throws IOException, BlockedException {
        HelloAnswer answer = prober.ask(ClientHello.modern(prober.serverName())
                .with()
                .extension(ClientExtensions.alpn(List.of(UNKNOWN_PROTOCOL)))
                .build());
        boolean refused =
                answer instanceof HelloAnswer.Refused refusal && refusal.isOneOf(Alert.NO_APPLICATION_PROTOCOL);
        if (refused || answer instanceof HelloAnswer.Hello) {
            return Verdict.pass(answer.description());
        }
        return prober.ask(ClientHello.modern(prober.serverName())) instanceof HelloAnswer.Hello
                ? Verdict.fail(answer.description())
                : Verdict.inconclusive("a ClientHello without ALPN is not accepted either: " + answer.description());
    }

    private static Verdict heartbeat(Prober prober) throws IOException, BlockedException {
        if (prober.chosen(ProtocolVersion.TLS12).isEmpty()) {
            return Verdict.skip(WITHOUT_TLS_12);
        }
        return new CombinedVerdict()
                .add("in the handshake", duringHandshake(prober, HEARTBEAT_REQUEST))
                .add("in the handshake, with an overstated length", duringHandshake(prober, OVERSTATED_REQUEST))
                .add("inside the session", insideSession(prober))
                .verdict();
    }

    private static Verdict duringHandshake(Prober prober, OctetString request) throws IOException, BlockedException {
        ClientHello hello = ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .extension(ClientExtensions.heartbeat())
                .build();
        try (Conversation conversation = prober.connectForTls()) {
            HelloAnswer answer = prober.ask(conversation, hello);
            if (!(answer instanceof HelloAnswer.Hello taken) || taken.broken().isPresent()) {
                return Verdict.pass("a ClientHello with the extension is refused: " + answer.description());
            }
            // The alert ends the handshake, so that the connection ends even without a heartbeat.
            conversation.record(
                    From.CLIENT, "HeartbeatRequest, " + request.length() + " octets, followed by a fatal alert");
            OctetString record =
                    RecordSplitter.record(ContentType.HEARTBEAT.code(), ProtocolVersion.TLS12.code(), request);
            conversation.wire().write(record.and(FATAL_ALERT).array());
            boolean offered = taken.hello().extension(Extension.HEARTBEAT).isPresent();
            return answered(prober, conversation)
                    ? Verdict.fail("a HeartbeatResponse came")
                    : Verdict.pass("no HeartbeatResponse came; the extension is "
                            + (offered ? "still accepted" : "not accepted"));
        }
    }

    /** The command after the request gets an answer whatever the server does with the request. */
    private static Verdict insideSession(Prober prober) throws IOException, BlockedException {
        Optional<EstablishedSession> begun = EstablishedSession.tls12(
                prober,
                (in, out) -> Tls12Session.shake(
                        in, out, prober.serverName(), Tls12Session.Kind.WITH_HEARTBEAT, prober.identity()));
        if (begun.isEmpty()) {
            return Verdict.pass("there is no session with a client that offers heartbeats");
        }
        try (EstablishedSession live = begun.get().begun()) {
            Tls12Session session = ((MinimalRecordSession) live.session()).details(Tls12Session.class);
            OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
            live.note("sends a HeartbeatRequest, followed by a command");
            live.session()
                    .send(session.seal(ContentType.HEARTBEAT, HEARTBEAT_REQUEST).and(session.seal(command)));
            Tls12Session.Came came = session.next();
            live.note("received: " + came);
            return came instanceof Tls12Session.Came.Other other && other.type() == ContentType.HEARTBEAT.code()
                    ? Verdict.fail("a HeartbeatResponse came")
                    : Verdict.pass("no HeartbeatResponse came");
        } catch (IOException e) {
            return Verdict.pass("no HeartbeatResponse came: "
                    + WireStream.received(e, prober.context().settings().answer())
                            .description());
        }
    }

    private static boolean answered(Prober prober, Conversation conversation) {
        WireStream stream = prober.stream(conversation);
        try {
            while (true) {
                TlsRecord record = TlsRecord.read(stream);
                conversation.record(
                        From.SERVER,
                        "a record of type " + record.type() + ", "
                                + record.content().length() + " octets");
                if (record.type() == ContentType.HEARTBEAT.code()) {
                    return true;
                }
            }
        } catch (IOException e) {
            conversation.note(stream.received(e).description());
            return false;
        }
    }
}
