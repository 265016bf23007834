package dev.starttls.conformance.pop3;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.pop3.ObservedPop3Reply.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads responses leniently, noting every departure from RFC 1939 section 3. */
final class LenientPop3Reader {
    /** No command of the suite has an answer this long; a CAPA list has some ten lines. */
    private static final int MAX_LINES = 500;

    /** The lines of a list come together; where the dot is missing, this much is waited for it. */
    private static final Duration LINE_OF_LIST = Duration.ofSeconds(2);

    static final String NO_DOT = "the list does not end with a line of a single dot";

    private LenientPop3Reader() {}

    /** A further line of a multi-line response. */
    static Received lineOfList(Conversation conversation) {
        return conversation.readLineWithin(LINE_OF_LIST);
    }

    /** A response of one line. */
    static ObservedPop3Reply read(Conversation conversation) {
        Received received = conversation.readLine();
        return received instanceof Received.Line line ? of(line) : new ObservedPop3Reply.None(received);
    }

    private static ObservedPop3Reply of(Received.Line line) {
        String text = line.text();
        Optional<Status> status = Arrays.stream(Status.values())
                .filter(each -> text.equals(each.indicator()) || text.startsWith(each.indicator() + " "))
                .findFirst();
        if (status.isEmpty()) {
            return new ObservedPop3Reply.Malformed(
                    text, "it does not begin with +OK or -ERR in upper case, followed by a space");
        }
        int indicator = status.get().indicator().length();
        return new ObservedPop3Reply.Answer(
                status.get(),
                text.length() > indicator ? text.substring(indicator + 1) : "",
                List.of(),
                flaws(line),
                text.length() + 2);
    }

    /** A multi-line response, up to the line with a single dot, if its first line is {@code +OK}. */
    static ObservedPop3Reply readList(Conversation conversation) {
        ObservedPop3Reply first = read(conversation);
        if (!(first instanceof ObservedPop3Reply.Answer answer) || !first.good()) {
            return first;
        }
        List<String> list = new ArrayList<>();
        List<String> flaws = new ArrayList<>(answer.flaws());
        int longest = answer.longest();
        while (list.size() < MAX_LINES) {
            Received received = lineOfList(conversation);
            if (received instanceof Received.Silence && !list.isEmpty()) {
                // One fault, which the check of the list reports; the others can go on with what came.
                flaws.add(NO_DOT);
                return new ObservedPop3Reply.Answer(Status.OK, answer.text(), list, flaws, longest);
            }
            if (!(received instanceof Received.Line line)) {
                return new ObservedPop3Reply.Malformed(
                        "+OK " + answer.text(), NO_DOT + "; instead: " + received.description());
            }
            flaws.addAll(flaws(line));
            if (line.text().equals(".")) {
                return new ObservedPop3Reply.Answer(Status.OK, answer.text(), list, flaws, longest);
            }
            longest = Math.max(longest, line.text().length() + 2);
            list.add(line.text().startsWith(".") ? line.text().substring(1) : line.text());
        }
        return new ObservedPop3Reply.Malformed("+OK " + answer.text(), "more than " + MAX_LINES + " lines follow");
    }

    /**
     * Separates responses without knowing the commands: each begins with a status indicator, and is a multi-line
     * response if the next line has none.
     */
    static List<ObservedPop3Reply> parse(List<String> lines) {
        List<ObservedPop3Reply> replies = new ArrayList<>();
        int i = 0;
        while (i < lines.size()) {
            ObservedPop3Reply reply = of(new Received.Line(lines.get(i++), false));
            if (reply.good() && i < lines.size() && !startsReply(lines.get(i))) {
                int dot = i + lines.subList(i, lines.size()).indexOf(".");
                boolean dotted = dot >= i;
                List<String> list = new ArrayList<>();
                while (i < lines.size() && (dotted ? i < dot : !startsReply(lines.get(i)))) {
                    list.add(lines.get(i++));
                }
                i += dotted ? 1 : 0;
                reply = new ObservedPop3Reply.Answer(
                        Status.OK, ((ObservedPop3Reply.Answer) reply).text(), list, List.of(), 0);
            }
            replies.add(reply);
        }
        return replies;
    }

    private static boolean startsReply(String line) {
        return !(of(new Received.Line(line, false)) instanceof ObservedPop3Reply.Malformed);
    }

    private static List<String> flaws(Received.Line line) {
        List<String> flaws = new ArrayList<>();
        if (line.bareLf()) {
            flaws.add("a line ends in LF without CR");
        }
        if (line.text().chars().anyMatch(c -> c != '\t' && (c < ' ' || c > 0x7e))) {
            flaws.add("a line has octets that are not printable ASCII");
        }
        return flaws;
    }
}
