package dev.starttls.conformance.imap;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads responses leniently, literals included, noting every departure from RFC 9051 section 9. The length of a
 * response is limited.
 */
final class LenientImapReader {
    /** A longer response is malformed: no command of the suite has long literals in its answer. */
    private static final int MAX_LENGTH = 64 * 1024;

    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]{1,10})}$");
    /** RFC 9051 section 9: any ASTRING-CHAR except the plus sign. */
    private static final Pattern TAG = Pattern.compile("[!#$&',\\-./0-9:;<=>?@A-Z\\[\\]^_`a-z|}~]+");

    private final Conversation conversation;
    private final List<String> flaws = new ArrayList<>();

    private LenientImapReader(Conversation conversation) {
        this.conversation = conversation;
    }

    static ObservedImapResponse read(Conversation conversation) {
        return new LenientImapReader(conversation).read();
    }

    private ObservedImapResponse read() {
        Received received = conversation.readLine();
        if (!(received instanceof Received.Line line)) {
            return new ObservedImapResponse.None(received);
        }
        note(line);
        String text = line.text();
        if (text.startsWith("* ")) {
            return untagged(text);
        }
        if (text.equals("+") || text.startsWith("+ ")) {
            return new ObservedImapResponse.Continuation(text.substring(Math.min(2, text.length())));
        }
        String[] words = text.split(" ", 3);
        Optional<Condition> condition =
                words.length > 1 ? Condition.named(words[1]).filter(LenientImapReader::endsCommand) : Optional.empty();
        if (condition.isEmpty() || !TAG.matcher(words[0]).matches()) {
            return new ObservedImapResponse.Malformed(
                    text, "it does not begin with '* ', '+ ', or a tag and OK, NO or BAD");
        }
        requireSpace(words);
        return new ObservedImapResponse.Tagged(words[0], condition.get(), words.length > 2 ? words[2] : "", flaws);
    }

    private static boolean endsCommand(Condition condition) {
        return condition.compareTo(Condition.BAD) <= 0;
    }

    private ObservedImapResponse untagged(String line) {
        String[] words = line.split(" ", 3);
        Optional<Condition> condition = Condition.named(words[1]);
        if (condition.isPresent()) {
            requireSpace(words);
            return new ObservedImapResponse.Untagged(condition.get(), words.length > 2 ? words[2] : "", flaws);
        }
        return data(line.substring(2));
    }

    /** RFC 9051 section 9: the text may be empty, but the space before it is required. */
    private void requireSpace(String... words) {
        if (words.length < 3) {
            flaws.add("there is no space after the condition");
        }
    }

    /** Only data has literals: what looks like one at the end of a status is text. */
    private ObservedImapResponse data(String beginning) {
        StringBuilder text = new StringBuilder(beginning);
        String last = beginning;
        for (Matcher literal = LITERAL.matcher(last); literal.find(); literal = LITERAL.matcher(last)) {
            long octets = Long.parseLong(literal.group(1));
            if (octets > MAX_LENGTH - text.length()) {
                return new ObservedImapResponse.Malformed(
                        "* " + beginning, "a literal in it has " + octets + " octets");
            }
            text.append("\r\n");
            long end = text.length() + octets;
            last = "";
            while (text.length() <= end) {
                Received received = conversation.readLine();
                if (!(received instanceof Received.Line line)) {
                    return new ObservedImapResponse.None(received);
                }
                if (text.length() + line.text().length() >= end) {
                    last = line.text().substring((int) (end - text.length()));
                    note(new Received.Line(last, line.bareLf()));
                    text.append(line.text());
                    break;
                }
                text.append(line.text()).append(line.bareLf() ? "\n" : "\r\n");
            }
            if (text.length() > MAX_LENGTH) {
                return new ObservedImapResponse.Malformed("* " + beginning, "it has no end");
            }
        }
        return new ObservedImapResponse.Data(text.toString(), flaws);
    }

    private void note(Received.Line line) {
        if (line.bareLf()) {
            flaws.add("a line ends in LF without CR");
        }
        if (line.text().chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
            flaws.add("a line has control characters");
        }
    }
}
