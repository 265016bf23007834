package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.Tls12Session;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks that a handshake is taken only in its order, and only with a right end. */
final class HandshakeOrderTopic implements Topic {

    private static final OctetString CHANGE_CIPHER_SPEC = RecordSplitter.record(
            ContentType.CHANGE_CIPHER_SPEC.code(), ProtocolVersion.TLS12.code(), OctetString.hex("01"));

    /** Alerts of a server that tried to decrypt what came after the ChangeCipherSpec. */
    private static final Set<Integer> DECRYPTED = Set.of(Alert.BAD_RECORD_MAC, 21, 51);

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-46", "a ChangeCipherSpec before the key exchange ends the handshake")
                        .clause("RFC 5246 section 7.1 and 7.2.2, CVE-2014-0224")
                        .level(Level.SECURITY)
                        .why("A server that changes to keys before any were exchanged uses keys that an attacker on"
                                + " the path can compute, and so lets it read and change the session.")
                        .fix("Update OpenSSL to 0.9.8za, 1.0.0m, 1.0.1h or later.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(HandshakeOrderTopic::earlyChange)),
                Check.of("TLS-S-53", "a handshake with a wrong Finished is refused")
                        .clause("RFC 8446 section 4.4.4, RFC 5246 section 7.4.9")
                        .level(Level.MUST)
                        .why("The Finished proves that nobody changed the handshake; a server that does not verify it"
                                + " can be downgraded to whatever an attacker chooses.")
                        .fix("Leave the handshake to a TLS library, and end the connection when it reports an error.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(HandshakeOrderTopic::wrongFinished)));
    }

    private static Verdict earlyChange(Prober prober) throws IOException, BlockedException {
        try (Conversation conversation = prober.connectForTls()) {
            HelloAnswer answer = prober.ask(conversation, ClientHello.only(ProtocolVersion.TLS12, prober.serverName()));
            if (!(answer instanceof HelloAnswer.Hello hello)
                    || !hello.hello().isVersion(ProtocolVersion.TLS12)
                    || hello.broken().isPresent()) {
                return Verdict.skip("TLSv1.2 is not spoken, and this does not exist in TLSv1.3");
            }
            WireStream stream = prober.stream(conversation);
            Duration wait = prober.context().settings().answer().dividedBy(2);
            Reaction first = afterChange(conversation, stream, wait, "a ChangeCipherSpec");
            if (first.kind() != Reaction.Kind.NOTHING) {
                return first.verdict();
            }
            // A server that changed its keys takes the next record for an encrypted one.
            Reaction second = afterChange(conversation, stream, wait, "another ChangeCipherSpec");
            return switch (second.kind()) {
                case NOTHING ->
                    Verdict.fail("a ChangeCipherSpec before the key exchange was met neither with an alert nor with"
                            + " the end of the connection");
                case ENDED ->
                    Verdict.inconclusive("nothing came for " + wait.toMillis()
                            + " ms, and then the end of the connection, as after a time limit");
                default -> second.verdict();
            };
        }
    }

    /**
     * What a server does after a ChangeCipherSpec.
     *
     * @param detail what came
     */
    private record Reaction(Kind kind, String detail) {
        private enum Kind {
            NOTHING,
            REFUSED,
            ENDED,
            /** It tried to decrypt. */
            ACTED
        }

        Verdict verdict() {
            return kind == Kind.ACTED ? Verdict.fail(detail) : Verdict.pass("refused: " + detail);
        }
    }

    private static Reaction afterChange(Conversation conversation, WireStream stream, Duration wait, String what) {
        conversation.record(From.CLIENT, what + " after the ServerHelloDone");
        conversation.wire().write(CHANGE_CIPHER_SPEC.array());
        stream.within(wait);
        try {
            TlsRecord record = TlsRecord.read(stream);
            if (record.type() != ContentType.ALERT.code() || record.content().length() != 2) {
                return new Reaction(Reaction.Kind.ACTED, "a record of type " + record.type() + " came after " + what);
            }
            Alert alert = Alert.parse(record.content());
            conversation.record(From.SERVER, alert.toString());
            return DECRYPTED.contains(alert.description())
                    ? new Reaction(
                            Reaction.Kind.ACTED,
                            "the server tried to decrypt with keys that were not exchanged: " + alert)
                    : new Reaction(Reaction.Kind.REFUSED, alert.toString());
        } catch (IOException e) {
            Received received = stream.received(e);
            conversation.note(received.description());
            return new Reaction(
                    received instanceof Received.Silence ? Reaction.Kind.NOTHING : Reaction.Kind.ENDED,
                    received.description());
        }
    }

    private static Verdict wrongFinished(Prober prober) throws IOException, BlockedException {
        CombinedVerdict combined = new CombinedVerdict();
        boolean any = false;
        Optional<EstablishedSession> sound13 =
                EstablishedSession.tls13(prober, (in, out) -> Tls13Session.shake(in, out, prober.serverName()));
        if (sound13.isPresent()) {
            any = true;
            sound13.get().close();
            combined.add(
                    "TLSv1.3",
                    judged(EstablishedSession.attempt(
                            prober, "TLS 1.3", (in, out) -> Tls13Session.shakeSpoilt(in, out, prober.serverName()))));
        }
        Optional<EstablishedSession> sound12 = EstablishedSession.tls12(prober, Tls12Session.Kind.MODERN);
        if (sound12.isPresent()) {
            any = true;
            sound12.get().close();
            combined.add(
                    "TLSv1.2",
                    judged(EstablishedSession.attempt(
                            prober, "TLS 1.2", (in, out) -> Tls12Session.shakeSpoilt(in, out, prober.serverName()))));
        }
        return any ? combined.verdict() : Verdict.skip("there was no handshake with ECDHE and AES-GCM");
    }

    /** In TLS 1.3 the server may send a greeting before it has the Finished, but not the answer to a command. */
    private static Verdict judged(EstablishedSession.Attempt attempt) {
        Optional<Received> instead = attempt.instead();
        if (attempt.session().isPresent()) {
            try (EstablishedSession live = attempt.session().get()) {
                instead = live.begunInstead();
            }
        }
        if (instead.isEmpty()) {
            return Verdict.fail("the session was accepted, and a command in it answered");
        }
        return instead.get() instanceof Received.Ended ended && ended.ending() != ConnectionEnd.NOT_TLS
                ? Verdict.pass(instead.get().description())
                : Verdict.fail("neither an alert nor the end of the connection came: "
                        + instead.get().description());
    }
}
