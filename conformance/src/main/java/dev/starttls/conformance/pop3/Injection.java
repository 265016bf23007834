package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.InjectedHandshake;
import dev.starttls.conformance.speak.Handshake;
import dev.starttls.conformance.speak.Received;
import dev.starttls.conformance.speak.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Plaintext behind the STLS command, and whether it comes to life inside TLS. The proof is in the count: inside TLS CAPA
 * and QUIT are sent, QUIT ends the session, and so all that comes must be one list and one line. One response too many is
 * to a command that the client never sent there. The verdict does not depend on when the responses come.
 *
 * @param segments what is sent before the server's response is read, each in a segment of its own; the first begins with
 *     the STLS command
 * @param inside judges the session if it comes to TLS
 */
record Injection(List<String> segments, Inside inside) {
    private static final InjectedHandshake<Pop3Talk> HANDSHAKE =
            new InjectedHandshake<>(Stages.INSIDE, "+OK", line -> line.startsWith("+OK"));

    /** More lines inside TLS make no session of two commands. */
    private static final int MOST_LINES = 1000;

    Injection {
        segments = List.copyOf(segments);
    }

    /** What is made of the session inside TLS. */
    @FunctionalInterface
    interface Inside {
        Verdict judge(Pop3Talk talk, Subject subject, Handshake.Done handshake);
    }

    static Injection of(String... segments) {
        return new Injection(List.of(segments), (talk, subject, handshake) -> counted(talk, subject));
    }

    /** The same, but what is obeyed without an answer cannot be counted. */
    Injection judgedBy(Inside other) {
        return new Injection(segments, other);
    }

    Verdict tryOn(Pop3Talk talk, Subject subject) {
        segments.forEach(talk.wire()::sendRaw);
        Pop3Reply goAhead = talk.reply();
        if (goAhead.refusal()) {
            return Verdict.pass("refused: " + goAhead.told());
        }
        if (goAhead.ended()) {
            return Verdict.pass("the server hangs up");
        }
        if (!goAhead.good()) {
            return Verdict.inconclusive("STLS with more behind it: " + goAhead.told());
        }
        Handshake handshake = talk.handshake();
        if (handshake instanceof Handshake.Failed failed) {
            return HANDSHAKE.judge(failed, subject, segments.size());
        }
        return inside.judge(talk, subject, (Handshake.Done) handshake);
    }

    private static Verdict counted(Pop3Talk talk, Subject subject) {
        List<String> lines = new ArrayList<>();
        talk.wire().send("CAPA");
        boolean stands = readTo(talk, lines, line -> line.equals(".") || line.startsWith("-ERR"));
        if (stands) {
            talk.leave();
            stands = readTo(talk, lines, line -> false);
        }
        List<Heard> heard = Heard.in(lines);
        String told =
                heard.isEmpty() ? "nothing" : heard.stream().map(Heard::told).collect(Collectors.joining(", "));
        if (heard.size() > 2) {
            return Verdict.fail("inside TLS CAPA and QUIT were answered with " + heard.size() + " responses: " + told
                    + "; what was sent in plaintext was obeyed");
        }
        if (heard.size() == 2 && heard.get(0).list() && heard.get(1).good()) {
            return Verdict.pass("inside TLS exactly one response to each command");
        }
        if (heard.isEmpty() && !stands) {
            return Verdict.pass("the server ends the session inside TLS");
        }
        Heard first = heard.isEmpty() ? new Heard("", 0) : heard.get(0);
        boolean refused = heard.size() == 2 && first.refusal();
        boolean bye = heard.size() == 1 && first.good() && !first.list() && !stands;
        if (!refused && !bye) {
            return Verdict.inconclusive("inside TLS CAPA and QUIT were answered with " + told);
        }
        return Stages.INTRODUCED_INSIDE
                .tryAfresh(subject)
                .map(obstacle -> Verdict.inconclusive("without injection, too, " + obstacle.detail()))
                .orElseGet(() -> Verdict.fail("inside TLS CAPA, the first whole line, was answered with " + told
                        + (refused
                                ? ": it was joined to what was sent in plaintext"
                                : " and the end of the session: what was sent in plaintext was obeyed")));
    }

    /** Reads lines up to such a one; whether the connection still stands then. */
    private static boolean readTo(Pop3Talk talk, List<String> lines, Predicate<String> last) {
        while (lines.size() < MOST_LINES) {
            Received received = talk.wire().readLine();
            if (!(received instanceof Received.Line line)) {
                return !(received instanceof Received.Ended);
            }
            lines.add(line.text());
            if (last.test(line.text())) {
                return true;
            }
        }
        return true;
    }

    /**
     * One response, told from the others without knowing what it is to: a line with a status indicator, and a list if the
     * next line has none.
     *
     * @param lines that follow the first
     */
    private record Heard(String first, int lines) {
        static List<Heard> in(List<String> lines) {
            List<Heard> heard = new ArrayList<>();
            int i = 0;
            while (i < lines.size()) {
                int begin = i++;
                if (lines.get(begin).startsWith("+OK") && i < lines.size() && !status(lines.get(i))) {
                    while (i < lines.size() && !lines.get(i++).equals(".")) {
                        // What belongs to the list, whatever it says.
                    }
                }
                heard.add(new Heard(lines.get(begin), i - begin - 1));
            }
            return heard;
        }

        private static boolean status(String line) {
            return line.startsWith("+OK") || line.startsWith("-ERR") || line.equals("+") || line.startsWith("+ ");
        }

        boolean good() {
            return first.startsWith("+OK");
        }

        boolean refusal() {
            return first.startsWith("-ERR");
        }

        boolean list() {
            return lines > 0;
        }

        String told() {
            return "'" + Transcript.printable(first) + "'" + (lines > 0 ? " and " + lines + " lines" : "");
        }
    }
}
