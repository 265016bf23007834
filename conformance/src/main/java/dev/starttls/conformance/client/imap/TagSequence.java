package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.ReceivedLine;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The tags that a client uses, and the next it is expected to use: text, a number that grows by one step, text. */
final class TagSequence {
    private static final Pattern NUMBERED = Pattern.compile("(.*?)([0-9]{1,9})([^0-9]*)", Pattern.DOTALL);

    private Optional<Matcher> last = Optional.empty();
    private long step = 1;

    /** The client has used this tag. */
    void used(String tag) {
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

    /** The tag that is used so many commands later; empty if the tags have no number. */
    Optional<String> next(int commands) {
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

    /** Why tags of this client cannot be predicted across the handshake; empty if they can. */
    static Optional<String> unpredictable(Trial trial) {
        TagSequence sequence = new TagSequence();
        trial.plaintext().stream().map(ReceivedLine::tag).forEach(sequence::used);
        Optional<String> expected = sequence.next(1);
        Optional<String> used = trial.inside().stream().map(ReceivedLine::tag).findFirst();
        return used.isPresent() && used.equals(expected)
                ? Optional.empty()
                : Optional.of("the client's tags cannot be predicted: expected " + expected.orElse("a number in them")
                        + " inside TLS, got " + used.orElse("no command"));
    }

    private static long number(Matcher tag) {
        return Long.parseLong(tag.group(2));
    }
}
