package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;

/** Checks that corrupted records are not processed or answered, and end the session with an alert. */
final class CorruptionTopic implements Topic {

    private static final int UNKNOWN_TYPE = 99;

    @Override
    public List<Check> checks() {
        return List.of(
                record("TLS-S-21a", "a record with a corrupted MAC ends the session with an alert")
                        .clause("RFC 8446 section 5.2, RFC 5246 section 7.2.2")
                        .run(TlsCheckBody.of(prober -> corrupted(
                                prober,
                                "a command whose record has one bit flipped in its last octet",
                                sound -> sound.flipped(sound.length() - 1, 1)))),
                record("TLS-S-21b", "a record of an unknown type ends the session with an alert")
                        .clause("RFC 8446 section 5, RFC 5246 section 6")
                        .run(TlsCheckBody.of(prober -> corrupted(
                                prober,
                                "a command in a record of the type " + UNKNOWN_TYPE,
                                sound -> sound.flipped(0, UNKNOWN_TYPE ^ ContentType.APPLICATION_DATA.code())))),
                record("TLS-S-21c", "an unencrypted command in a record ends the session with an alert")
                        .clause("RFC 8446 section 5.2, RFC 5246 section 7.2.2")
                        .run(TlsCheckBody.of(CorruptionTopic::clear)));
    }

    private static Check.Draft record(String id, String title) {
        return Check.of(id, title)
                .level(Level.MUST)
                .why("An attacker on the path can change records; a server that continues after a changed record, or"
                        + " answers it, makes it possible to inject commands.")
                .fix("Leave records to the TLS library, send the alert that it creates, and close.")
                .on(Protocol.values());
    }

    private static Verdict clear(Prober prober) throws IOException, BlockedException {
        OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
        OctetString record =
                RecordSplitter.record(ContentType.APPLICATION_DATA.code(), ProtocolVersion.TLS12.code(), command);
        return corrupted(prober, "an unencrypted command in a record of application data", sound -> record);
    }

    private static Verdict corrupted(Prober prober, String what, UnaryOperator<OctetString> corrupt)
            throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
            live.note("sends " + what);
            live.session().send(corrupt.apply(live.session().seal(command)));
            Received received = live.session().read();
            live.note(received.description());
            if (received instanceof Received.Data) {
                return Verdict.fail("the server answered " + what + " with " + received.description());
            }
            if (received instanceof Received.Silence) {
                return Verdict.fail("the server neither sent an alert nor closed after " + what);
            }
            return ended((Received.Ended) received, live);
        }
    }

    private static Verdict ended(Received.Ended ended, EstablishedSession live) {
        if (ended.ending() == ConnectionEnd.NOT_TLS) {
            return Verdict.fail("something that is not TLS came back: " + ended.detail());
        }
        if (ended.ending() != ConnectionEnd.ALERT) {
            return Verdict.warn(ended.description() + "; an alert was expected first");
        }
        Received after = live.session().afterwards();
        live.note("after the alert: " + after.description());
        if (after instanceof Received.Data) {
            return Verdict.fail("the alert " + ended.detail() + " came, but more octets after it");
        }
        return after instanceof Received.Silence
                ? Verdict.fail("the alert " + ended.detail() + " came, but the connection stays open")
                : Verdict.pass("the alert " + ended.detail() + ", then the end of the connection");
    }
}
