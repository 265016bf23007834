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
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Checks of how sessions end, with close_notify and without. */
final class CloseNotifyTopic implements Topic {

    private static final int MAX_OCTETS = 1 << 16;
    /** How many more reads a server gets that does not stop sending. */
    private static final int MAX_WORDS = 64;

    private static final Set<ConnectionEnd> ENDS =
            EnumSet.of(ConnectionEnd.FIN, ConnectionEnd.RESET, ConnectionEnd.GIVEN_UP);
    private static final int MAJOR_VERSION = 3;

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-19a", "close_notify is answered with close_notify")
                        .clause("RFC 8446 section 6.1, RFC 5246 section 7.2.1")
                        .level(Level.SHOULD)
                        .why("If the connection ends without close_notify, a client cannot know whether an attacker"
                                + " has cut off the rest.")
                        .fix("Shut TLS down before closing the connection (SSL_shutdown in OpenSSL).")
                        .early()
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CloseNotifyTopic::closeNotify)),
                Check.of("TLS-S-19b", "a session that is cut off does not affect others")
                        .clause("RFC 8446 section 6.1, RFC 5246 section 7.2.1")
                        .level(Level.MUST)
                        .why("Connections often break, also in the middle of a record; if that ends other sessions, an"
                                + " attacker can disconnect all clients.")
                        .fix("Treat the end of a stream without close_notify as the end of that session only.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CloseNotifyTopic::truncation)),
                Check.of("TLS-S-19c", "after close_notify no command in plaintext is executed")
                        .clause("RFC 8446 section 6.1, RFC 3207 section 4")
                        .level(Level.SECURITY)
                        .why("If a server returns to plaintext when TLS ends, an attacker on the path can keep the"
                                + " connection open after the client has left, and continue in its place, as"
                                + " the logged-in user.")
                        .fix("Close the connection when TLS ends; Exim returns to plaintext, and has no setting for"
                                + " it.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(CloseNotifyTopic::backInPlaintext)));
    }

    private static Verdict closeNotify(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            live.sendCloseNotify();
            Received received = live.session().read();
            live.note(received.description());
            if (received instanceof Received.Ended ended && ended.ending() == ConnectionEnd.CLOSE_NOTIFY) {
                Received after = live.session().afterwards();
                live.note("after close_notify: " + after.description());
                return after instanceof Received.Ended
                        ? Verdict.pass("close_notify, then the end of the connection")
                        : Verdict.fail("close_notify came, but then, instead of the end of the connection:" + " "
                                + after.description());
            }
            return received instanceof Received.Ended
                    ? Verdict.fail("the connection ended without close_notify: " + received.description())
                    : Verdict.fail("after close_notify came " + received.description());
        }
    }

    private static Verdict backInPlaintext(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
            live.note("sends close_notify, followed in plaintext by " + command.text());
            live.session().send(live.session().closeNotify().and(command));
            OctetString came = OctetString.NONE;
            Received received = live.session().afterwards();
            while (received instanceof Received.Data data && came.length() < MAX_OCTETS) {
                came = came.and(OctetString.of(data.bytes()));
                if (!plaintext(came).isEmpty()) {
                    break;
                }
                received = live.session().afterwards();
            }
            live.note("came: " + came.text() + ", then " + received.description());
            OctetString clear = plaintext(came);
            return clear.isEmpty()
                    ? Verdict.pass("no plaintext came: " + received.description())
                    : Verdict.fail("the server continued in plaintext: "
                            + clear.first(80).text());
        }
    }

    /** What follows the last complete TLS record. */
    private static OctetString plaintext(OctetString came) {
        int at = 0;
        while (at + TlsRecord.HEADER <= came.length()
                && ContentType.of(came.at(at)).isPresent()
                && came.at(at + 1) == MAJOR_VERSION) {
            at += TlsRecord.HEADER + (came.at(at + 3) << 8 | came.at(at + 4));
        }
        boolean inside = at >= came.length() || ContentType.of(came.at(at)).isPresent();
        return inside ? OctetString.NONE : came.slice(at, came.length());
    }

    private static Verdict truncation(Prober prober) throws IOException, BlockedException {
        Optional<Verdict> single = prober.context().sideBySide();
        if (single.isPresent()) {
            return single.get();
        }
        try (EstablishedSession bystander = EstablishedSession.open(prober)) {
            return new CombinedVerdict()
                    .add("cut between records", cut(prober, bystander, record -> OctetString.NONE))
                    .add("cut inside a record", cut(prober, bystander, record -> record.first(record.length() / 2)))
                    .verdict();
        }
    }

    /** Whether the connection ended, or nothing came within the time for an answer. */
    private static boolean over(Received received) {
        return received instanceof Received.Silence
                || (received instanceof Received.Ended ended && ENDS.contains(ended.ending()));
    }

    /** Another session sends a part of a command's record and is cut off; the bystander must not be affected. */
    private static Verdict cut(Prober prober, EstablishedSession bystander, UnaryOperator<OctetString> part)
            throws IOException, BlockedException {
        try (EstablishedSession victim = EstablishedSession.open(prober)) {
            OctetString command = OctetString.ascii(prober.context().dialect().harmlessCommand());
            victim.session().send(part.apply(victim.session().seal(command)));
            victim.cut();
            // The server has handled it when it ends the connection, or at the latest within the time for an answer.
            Received received = victim.session().read();
            for (int i = 0; i < MAX_WORDS && !over(received); i++) {
                received = victim.session().afterwards();
            }
            victim.note("the server: " + received.description());
        }
        bystander.sendHarmlessCommand();
        Optional<Received> instead = bystander.lines().answers(1);
        if (instead.isPresent()) {
            return Verdict.fail("a session that was open before is no longer served: "
                    + instead.get().description());
        }
        try (EstablishedSession next = EstablishedSession.open(prober)) {
            next.note("a new session is served");
            return Verdict.pass("another open session and a new one are served");
        } catch (BlockedException | IOException e) {
            return Verdict.fail("new sessions are no longer served: " + e.getMessage());
        }
    }
}
