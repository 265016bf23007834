package dev.starttls.conformance;

import dev.starttls.conformance.survey.SurveyTally;
import dev.starttls.conformance.target.TargetException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How far a survey is, how fast it goes, and how long it will take, on one line. Not safe for use by several threads. */
final class SurveyProgress {
    private static final long WINDOW = Duration.ofSeconds(10).toNanos();

    private final SurveyTally tally;
    private final Optional<Long> total;
    private final LongSupplier clock;
    private final Deque<Seen> seen = new ArrayDeque<>();

    private record Seen(long at, long done) {}

    /**
     * Nothing is shown yet.
     *
     * @param total how many targets there are; empty if that is not known
     * @param clock nanoseconds
     */
    SurveyProgress(SurveyTally tally, Optional<Long> total, LongSupplier clock) {
        this.tally = tally;
        this.total = total;
        this.clock = clock;
        seen.add(new Seen(clock.getAsLong(), 0));
    }

    /** How many targets a list has, as far as its lines show that; empty if it is no file that can be read twice. */
    static Optional<Long> count(Path list) {
        if (!Files.isRegularFile(list)) {
            return Optional.empty();
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(list))) {
            BoundedLines lines = new BoundedLines(in, TargetLines.MAX_LINE);
            long count = 0;
            for (Optional<BoundedLines.Line> next = lines.next(); next.isPresent(); next = lines.next()) {
                String url = next.get().text().replaceFirst("(^|\\s)#.*", "").strip();
                count += url.isEmpty() || next.get().overlong() ? 0 : size(url);
            }
            return Optional.of(count);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long size(String url) {
        try {
            return TargetBlock.parse(url).map(TargetBlock::size).orElse(1L);
        } catch (TargetException e) {
            return 0;
        }
    }

    /** The line. */
    String line() {
        long now = clock.getAsLong();
        long done = tally.done();
        seen.add(new Seen(now, done));
        while (seen.size() > 2 && now - seen.element().at() > WINDOW) {
            seen.remove();
        }
        Seen first = seen.element();
        double rate = (done - first.done()) * 1e9 / Math.max(1, now - first.at());
        String left = total.filter(all -> rate > 0 && all > done)
                .map(all -> ", " + words(Duration.ofSeconds((long) ((all - done) / rate))) + " left")
                .orElse("");
        return done + total.map(all -> " of " + all).orElse("") + ", " + Math.round(rate) + "/s" + left + "; "
                + tally.unfinished() + " underway";
    }

    private static String words(Duration left) {
        return left.toHours() > 0
                ? left.toHours() + " h " + left.toMinutesPart() + " min"
                : left.toMinutes() > 0
                        ? left.toMinutes() + " min " + left.toSecondsPart() + " s"
                        : left.toSeconds() + " s";
    }
}
