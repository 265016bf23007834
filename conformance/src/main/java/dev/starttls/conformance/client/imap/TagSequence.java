package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The tags that a client uses, and the next it is expected to use: those that it used before after the same tags, or else
 * text, a number that grows by one step, text.
 */
final class TagSequence {
    private static final Pattern NUMBERED = Pattern.compile("(.*?)([0-9]{1,9})([^0-9]*)", Pattern.DOTALL);

    /**
     * The tags of one connection of an earlier run.
     *
     * @param before in plaintext, in their order
     * @param inside inside TLS, each once
     */
    record Known(List<String> before, List<String> inside) {
        static final Known NOTHING = new Known(List.of(), List.of());

        /** Those of the first connection with a command inside TLS. */
        static Known of(Trial trial) {
            List<Evidence.Line> lines = trial.evidence().events(Evidence.Line.class);
            return lines.stream()
                    .filter(line -> line.through() == Through.TLS)
                    .map(Evidence.Line::connection)
                    .findFirst()
                    .map(connection ->
                            new Known(tags(lines, connection, Through.PLAINTEXT), tags(lines, connection, Through.TLS)))
                    .orElse(NOTHING);
        }

        private static List<String> tags(List<Evidence.Line> lines, int connection, Through through) {
            return lines.stream()
                    .filter(line -> line.connection() == connection && line.through() == through)
                    .map(line -> line.line().tag())
                    .filter(tag -> !tag.isEmpty())
                    .distinct()
                    .toList();
        }
    }

    /** More than any client says before it upgrades, which is what is compared. */
    private static final int MAX_USED = 1_000;
    /** More than the tag of any client has. */
    private static final int MAX_TAG = 1_000;

    private final Known known;
    private final List<String> used = new ArrayList<>();
    private Optional<Matcher> last = Optional.empty();
    private long step = 1;

    /** Of a client of which nothing is known. */
    TagSequence() {
        this(Known.NOTHING);
    }

    /** Of a client that has used these tags before. */
    TagSequence(Known known) {
        this.known = known;
    }

    /** The client has used this tag. */
    void used(String tag) {
        if (used.size() < MAX_USED) {
            used.add(tag.length() <= MAX_TAG ? tag : tag.substring(0, MAX_TAG));
        }
        Matcher now = NUMBERED.matcher(tag);
        if (!now.matches()) {
            last = Optional.empty();
            return;
        }
        last.filter(before ->
                        before.group(1).equals(now.group(1)) && before.group(3).equals(now.group(3)))
                .map(before -> number(now) - number(before))
                .filter(grown -> grown > 0 && grown <= 16)
                .ifPresent(grown -> step = grown);
        last = Optional.of(now);
    }

    /** How many are kept. */
    int kept() {
        return used.size();
    }

    /** The tag that is used so many commands later; empty if it is not known, and the tags have no number. */
    Optional<String> next(int commands) {
        if (commands <= known.inside().size() && used.equals(known.before())) {
            return Optional.of(known.inside().get(commands - 1));
        }
        return last.map(tag -> {
            String digits = tag.group(2);
            String format = digits.startsWith("0") ? "%0" + digits.length() + "d" : "%d";
            return tag.group(1) + String.format(Locale.ROOT, format, number(tag) + step * commands) + tag.group(3);
        });
    }

    /** The tag, and those of the same form with the numbers after it; none if it has no number. */
    static List<String> from(String tag, int count) {
        TagSequence sequence = new TagSequence();
        sequence.used(tag);
        return IntStream.range(0, count)
                .mapToObj(sequence::next)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The tag with each letter in the other case. */
    static String inOtherCase(String tag) {
        StringBuilder text = new StringBuilder();
        tag.chars()
                .map(each -> Character.isUpperCase(each) ? Character.toLowerCase(each) : Character.toUpperCase(each))
                .forEach(each -> text.append((char) each));
        return text.toString();
    }

    /**
     * Why the answers that came in plaintext after the go-ahead were for none of the client's tags; empty if one was for its
     * last command inside TLS, or it sent none there.
     */
    static Optional<String> unforeseen(Trial injected) {
        List<String> answered = injected.evidence().events(Evidence.Sent.class).stream()
                .filter(sent -> sent.through() == Through.PLAINTEXT)
                .collect(Collectors.toMap(Evidence.Sent::connection, Evidence.Sent::text, (one, later) -> later))
                .values()
                .stream()
                .flatMap(String::lines)
                .map(line -> line.replaceFirst(" .*", ""))
                .toList();
        List<String> sent = Judgements.longestWork(injected).stream()
                .map(ReceivedLine::tag)
                .filter(tag -> !tag.isEmpty())
                .toList();
        return sent.isEmpty() || answered.contains(sent.get(sent.size() - 1))
                ? Optional.empty()
                : Optional.of("the client's tags cannot be predicted: answers in plaintext were for "
                        + answered.stream().filter(tag -> !tag.equals("*")).collect(Collectors.joining(", "))
                        + ", inside TLS it used " + sent.get(sent.size() - 1));
    }

    private static long number(Matcher tag) {
        return Long.parseLong(tag.group(2));
    }
}
