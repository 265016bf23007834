package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.speak.Ending;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.Octets;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** How sessions end: properly, and what comes of it when they do not. */
final class EndingTopic implements Topic {

    private static final int MAX_OCTETS = 1 << 16;
    /** How often a server is heard that goes on and on. */
    private static final int MAX_WORDS = 64;

    private static final Set<Ending> ENDS = EnumSet.of(Ending.FIN, Ending.RESET, Ending.GIVEN_UP);
    private static final int MAJOR_VERSION = 3;

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-19a", "close_notify is answered with close_notify")
                        .clause("RFC 8446 section 6.1, RFC 5246 section 7.2.1")
                        .level(Level.SHOULD)
                        .why(
                                "A client that sees the connection end without close_notify cannot tell whether somebody cut"
                                        + " off what was still to come.")
                        .fix("Shut TLS down before the connection is closed (SSL_shutdown in OpenSSL).")
                        .early()
                        .on(Protocol.values())
                        .run(TlsBody.of(EndingTopic::closeNotify)),
                Check.of("TLS-S-19b", "a session that is cut off does not hurt the others")
                        .clause("RFC 8446 section 6.1, RFC 5246 section 7.2.1")
                        .level(Level.MUST)
                        .why("Connections break all the time, in the middle of a record too; one that takes others with"
                                + " it can be used to throw everybody out.")
                        .fix("Treat the end of a stream without close_notify as the end of that session alone.")
                        .on(Protocol.values())
                        .run(TlsBody.of(EndingTopic::truncation)),
                Check.of("TLS-S-19c", "behind close_notify no command is obeyed in the clear")
                        .clause("RFC 8446 section 6.1, RFC 3207 section 4")
                        .level(Level.SECURITY)
                        .why(
                                "Where a server goes back to plaintext when TLS ends, whoever sits between the two keeps the"
                                        + " connection open when the client leaves, and goes on in its place: as the user it"
                                        + " logged in as.")
                        .fix("Close the connection when TLS ends; Exim goes back to plaintext, and there is nothing to"
                                + " set.")
                        .on(Protocol.values())
                        .run(TlsBody.of(EndingTopic::backInTheClear)));
    }

    private static Verdict closeNotify(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            live.sendCloseNotify();
            Received heard = live.session().read();
            live.note(heard.told());
            if (heard instanceof Received.Ended ended && ended.ending() == Ending.CLOSE_NOTIFY) {
                Received after = live.session().afterwards();
                live.note("after close_notify: " + after.told());
                return after instanceof Received.Ended
                        ? Verdict.pass("close_notify, then the end of the connection")
                        : Verdict.fail("close_notify came, and then not the end of the connection but " + after.told());
            }
            return heard instanceof Received.Ended
                    ? Verdict.fail("the connection ended without close_notify: " + heard.told())
                    : Verdict.fail("after close_notify came " + heard.told());
        }
    }

    private static Verdict backInTheClear(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession live = EstablishedSession.open(prober)) {
            Octets command = Octets.ascii(prober.subject().dialect().harmlessCommand());
            live.note("sends close_notify, and in the clear behind it " + command.text());
            live.session().send(live.session().closeNotify().and(command));
            Octets came = Octets.NONE;
            Received heard = live.session().afterwards();
            while (heard instanceof Received.Data data && came.length() < MAX_OCTETS) {
                came = came.and(Octets.of(data.bytes()));
                if (!inTheClear(came).isEmpty()) {
                    break;
                }
                heard = live.session().afterwards();
            }
            live.note("came: " + came.text() + ", then " + heard.told());
            Octets clear = inTheClear(came);
            return clear.isEmpty()
                    ? Verdict.pass("nothing in the clear came: " + heard.told())
                    : Verdict.fail("the server went on in the clear: "
                            + clear.first(80).text());
        }
    }

    /** What stands behind all whole records of TLS. */
    private static Octets inTheClear(Octets came) {
        int at = 0;
        while (at + TlsRecord.HEADER <= came.length()
                && ContentType.of(came.at(at)).isPresent()
                && came.at(at + 1) == MAJOR_VERSION) {
            at += TlsRecord.HEADER + (came.at(at + 3) << 8 | came.at(at + 4));
        }
        boolean inside = at >= came.length() || ContentType.of(came.at(at)).isPresent();
        return inside ? Octets.NONE : came.slice(at, came.length());
    }

    private static Verdict truncation(Prober prober) throws IOException, BlockedException {
        try (EstablishedSession bystander = EstablishedSession.open(prober)) {
            return new CombinedVerdict()
                    .add("cut between records", cut(prober, bystander, record -> Octets.NONE))
                    .add("cut inside a record", cut(prober, bystander, record -> record.first(record.length() / 2)))
                    .verdict();
        }
    }

    /** Whether nothing more will come, or nothing did for as long as any answer may take. */
    private static boolean over(Received heard) {
        return heard instanceof Received.Silence
                || (heard instanceof Received.Ended ended && ENDS.contains(ended.ending()));
    }

    /** Another session sends some part of a command's record and is cut off; the bystander is to know nothing of it. */
    private static Verdict cut(Prober prober, EstablishedSession bystander, UnaryOperator<Octets> part)
            throws IOException, BlockedException {
        try (EstablishedSession victim = EstablishedSession.open(prober)) {
            Octets command = Octets.ascii(prober.subject().dialect().harmlessCommand());
            victim.session().send(part.apply(victim.session().seal(command)));
            victim.cut();
            // What the server does about it is done when it ends the connection, or by the time for an answer.
            Received heard = victim.session().read();
            for (int i = 0; i < MAX_WORDS && !over(heard); i++) {
                heard = victim.session().afterwards();
            }
            victim.note("the server: " + heard.told());
        }
        bystander.sendHarmlessCommand();
        Optional<Received> instead = bystander.lines().answers(1);
        if (instead.isPresent()) {
            return Verdict.fail("another session that stood before is not served any more: "
                    + instead.get().told());
        }
        try (EstablishedSession next = EstablishedSession.open(prober)) {
            next.note("a new session is served");
            return Verdict.pass("the session beside it and a new one are served");
        } catch (BlockedException | IOException e) {
            return Verdict.fail("no new session is served any more: " + e.getMessage());
        }
    }
}
