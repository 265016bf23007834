package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.ConnectionEnd;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Checks that records of any size are accepted inside a session, and that keys may change at any time. */
final class RecordTopic implements Topic {

    private static final String CLAUSE = "RFC 8446 section 5.1, RFC 5246 section 6.2.1";
    private static final int SLOWER = 20;
    private static final Duration AT_LEAST = Duration.ofSeconds(1);

    @Override
    public List<Check> checks() {
        return List.of(
                record("TLS-S-20a", "a record of 16384 octets is accepted")
                        .clause(CLAUSE)
                        .why("A record may carry 2^14 octets; a smaller buffer breaks mails, not handshakes, and so is"
                                + " noticed late.")
                        .fix("Give the TLS library a buffer as large as the session requires.")
                        .run(TlsCheckBody.of(RecordTopic::large)),
                record("TLS-S-20b", "records of one octet are accepted")
                        .clause(CLAUSE)
                        .why("A client may split a command into any number of records; a server that takes a record for"
                                + " a line fails.")
                        .fix("Read lines from the stream of all records together.")
                        .run(TlsCheckBody.of(RecordTopic::small)),
                // The RFC allows senders to send them, but does not say that receivers must accept them, and JSSE
                // accepts none in TLS 1.3: so SHOULD.
                record("TLS-S-20c", "empty records are ignored")
                        .level(Level.SHOULD)
                        .clause("RFC 8446 section 5.1 and 5.4, RFC 5246 section 6.2.1")
                        .why("Empty records hide the length of the data. If a server takes one for the end of the"
                                + " stream, the session is cut off; if it loops on them, it can be kept busy.")
                        .fix("Continue reading after a record without data. The TLS of Java (JSSE) refuses such records"
                                + " in TLS 1.3 with bad_record_mac; Postfix takes one after a command for the next"
                                + " command, and delays its answer until that comes. Neither has a setting for it.")
                        .early()
                        .run(TlsCheckBody.of(RecordTopic::empty)),
                record("TLS-S-20d", "a KeyUpdate in mid-session is followed and answered")
                        .clause("RFC 8446 section 4.6.3")
                        .why("Long sessions must change keys; a server that cannot follow breaks them at that moment.")
                        .fix("Let the TLS library process messages after the handshake, and flush its answers.")
                        .run(TlsCheckBody.of(RecordTopic::keyUpdate)));
    }

    private static Check.Draft record(String id, String title) {
        return Check.of(id, title).level(Level.MUST).on(Protocol.values());
    }

    private static Verdict large(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            CommandBatch commands = CommandBatch.filling(prober.context().dialect(), RecordSplitter.MAX_PLAINTEXT);
            OctetString sealed = live.session().seal(OctetString.ascii(commands.text()));
            int first = TlsRecord.HEADER + (sealed.at(3) << 8 | sealed.at(4));
            live.note("sends " + commands.count() + " commands, "
                    + commands.text().length()
                    + " octets together, in a record that takes " + first + " octets on the wire"
                    + (first < sealed.length() ? " and another" : ""));
            if (first < sealed.length()) {
                return Verdict.undecided("the Java runtime's engine makes no full record");
            }
            live.session().send(sealed);
            Optional<Received> instead = live.lines().answers(1);
            if (instead.isPresent()) {
                return live.judged("a record of 16384 octets", instead.get());
            }
            // One answer proves that the whole record was accepted; how many commands at once a server accepts is not a
            // question of TLS.
            Optional<Received> rest = live.lines().answers(commands.count() - 1);
            return rest.filter(received ->
                            received instanceof Received.Ended ended && ended.ending() == ConnectionEnd.ALERT)
                    .map(received -> live.judged("a record of 16384 octets", received))
                    .orElseGet(() -> Verdict.pass("a record of 16384 octets was accepted, "
                            + (rest.isEmpty() ? "all" : "not all") + " of its " + commands.count()
                            + " commands answered"));
        }
    }

    private static Verdict small(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            String command = prober.context().dialect().harmlessCommand();
            live.note(
                    "sends " + OctetString.ascii(command).text() + " in " + command.length() + " records of one octet");
            RecordSplitter.singly(OctetString.ascii(command))
                    .forEach(octet -> live.session().send(live.session().seal(octet)));
            return live.verdict("records of one octet", "a command in " + command.length() + " records was answered");
        }
    }

    private static Verdict empty(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            OctetString nothing = live.session().seal(OctetString.NONE);
            if (nothing.isEmpty()) {
                return Verdict.undecided("the Java runtime's engine makes no empty records");
            }
            OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
            int middle = command.length() / 2;
            live.note("sends " + command.text() + " with an empty record before it and one in the middle");
            long sent = System.nanoTime();
            live.session()
                    .send(nothing.and(live.session().seal(command.slice(0, middle)))
                            .and(live.session().seal(OctetString.NONE))
                            .and(live.session().seal(command.slice(middle, command.length()))));
            Optional<Received> instead = live.lines().answers(1);
            Duration took = Duration.ofNanos(System.nanoTime() - sent);
            return instead.isPresent()
                    ? live.judged("empty records before and in the middle", instead.get())
                    : emptyAfter(live, command, patience(took, live.session().answer()));
        }
    }

    /** Much longer than the server took for the answer before, but not so long that a run has to wait for it. */
    private static Duration patience(Duration took, Duration answer) {
        Duration usual = took.multipliedBy(SLOWER).plus(AT_LEAST);
        return usual.compareTo(answer.dividedBy(2)) < 0 ? usual : answer.dividedBy(2);
    }

    /**
     * A server that checks for more input before it flushes its answer may take an empty record for more. The next
     * command is sent after a while: an answer that comes only then was delayed by the empty record.
     */
    private static Verdict emptyAfter(EstablishedSession live, OctetString command, Duration patience) {
        live.note("sends " + command.text() + " followed by an empty record in the same segment");
        live.session().send(live.session().seal(command).and(live.session().seal(OctetString.NONE)));
        Optional<Received> instead = live.lines().answer(patience);
        if (instead.isEmpty()) {
            return Verdict.pass("commands with empty records before, inside and after them were answered");
        }
        if (instead.get() instanceof Received.Silence) {
            live.sendHarmlessCommand();
            if (live.lines().answers(2).isEmpty()) {
                return Verdict.fail(
                        "a command followed by an empty record in the same segment was answered only when the next"
                                + " command came");
            }
        }
        return live.judged("an empty record after a command", instead.get());
    }

    private static Verdict keyUpdate(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            if (!live.session().isTls13()) {
                return Verdict.skip("only TLS 1.3 has KeyUpdate; the server speaks "
                        + live.session().description());
            }
            live.note("sends KeyUpdate, update_requested");
            live.session().send(live.session().keyUpdate());
            live.sendHarmlessCommand();
            Optional<Received> instead = live.lines().answers(1);
            if (instead.isPresent()) {
                return live.judged("a KeyUpdate", instead.get());
            }
            if (live.session().keyUpdates() > 0) {
                return Verdict.pass("the command after it was answered, and the server sent its own KeyUpdate before");
            }
            String detail =
                    "the command after it was answered, but the KeyUpdate that the server must send first was not"
                            + " observed";
            // An engine does not report what it received, so a KeyUpdate may have been missed.
            return live.session() instanceof MinimalRecordSession ? Verdict.fail(detail) : Verdict.warn(detail);
        }
    }
}
