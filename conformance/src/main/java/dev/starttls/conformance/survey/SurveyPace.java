package dev.starttls.conformance.survey;

import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.target.Target;
import dev.starttls.core.tls.ServerIdentity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * When a target may be asked: so many in a second in all, so many of one host, and fewer of an operator who turns this client away.
 * An operator is an address, or the registered part of a name. Each refusal doubles the time between two connections to it, up to
 * a maximum; each success halves it again. Safe for use by several threads.
 */
public final class SurveyPace {
    private static final long FIRST_PAUSE = Duration.ofSeconds(1).toNanos();

    /** Mail servers count connections by the minute; some shut a client out for longer, and a survey goes on meanwhile. */
    private static final long MAX_PAUSE = Duration.ofMinutes(2).toNanos();

    /** The least recently used are forgotten: the list may have no end. */
    private static final int REMEMBERED = 50_000;

    private final ConnectionRate rate;
    private final long hostInterval;
    private final LongSupplier clock;
    private final Map<String, Long> hosts = remembering();
    private final Map<String, Boolean> successes = remembering();
    private final Map<String, Slowed> slowed = remembering();

    /** An operator who turned this client away: how long to leave between two connections, and when the next may be. */
    private record Slowed(long pause, long next) {}

    /**
     * A pace.
     *
     * @param rate of all connections
     * @param hostInterval the least time between two connections to one host
     * @param clock nanoseconds
     */
    public SurveyPace(ConnectionRate rate, Duration hostInterval, LongSupplier clock) {
        this.rate = rate;
        this.hostInterval = hostInterval.toNanos();
        this.clock = clock;
    }

    private static <V> Map<String, V> remembering() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > REMEMBERED;
            }
        };
    }

    /**
     * Takes a target's turn if it may be asked now.
     *
     * @return zero if it is the target's turn; otherwise how long to wait before asking this again
     */
    synchronized Duration turn(Target target) {
        long now = clock.getAsLong();
        long wait = rate.untilNext().toNanos();
        String host = host(target);
        if (hosts.containsKey(host)) {
            wait = Math.max(wait, hosts.get(host) - now);
        }
        for (String operator : operators(target)) {
            if (slowed.containsKey(operator)) {
                wait = Math.max(wait, slowed.get(operator).next() - now);
            }
        }
        if (wait > 0) {
            return Duration.ofNanos(wait);
        }
        var unusedWait = rate.take();
        if (hostInterval > 0) {
            hosts.put(host, now + hostInterval);
        }
        for (String operator : operators(target)) {
            slowed.computeIfPresent(operator, (key, was) -> new Slowed(was.pause(), now + was.pause()));
        }
        return Duration.ZERO;
    }

    /** Learns from a result. */
    synchronized void heard(SurveyResult result) {
        for (String operator : operators(result.target())) {
            boolean refused = result.status() == SurveyStatus.TURNED_AWAY
                    || (result.status() == SurveyStatus.CONNECTION_REFUSED && successes.containsKey(operator));
            if (refused) {
                long now = clock.getAsLong();
                long pause = Optional.ofNullable(slowed.get(operator))
                        .map(was -> Math.min(MAX_PAUSE, was.pause() * 2))
                        .orElse(FIRST_PAUSE);
                slowed.put(operator, new Slowed(pause, now + pause));
            } else if (result.status().answered()) {
                successes.put(operator, true);
                slowed.computeIfPresent(
                        operator,
                        (key, was) -> was.pause() / 2 < FIRST_PAUSE ? null : new Slowed(was.pause() / 2, was.next()));
            }
        }
    }

    /** How many operators are asked more slowly. */
    public synchronized int slowed() {
        return slowed.size();
    }

    private static String host(Target target) {
        return target.host().toLowerCase(Locale.ROOT);
    }

    /** By its address, as far as that is known, and by the registered part of its name. */
    private static List<String> operators(Target target) {
        Stream<String> address = target.addressed()
                ? Stream.of(target.host())
                : target.address().stream().map(known -> known.getHostAddress());
        return Stream.concat(address, target.unnamed() ? Stream.of() : Stream.of(registered(target.reference())))
                .toList();
    }

    /**
     * The part of a name that was registered, as far as its form shows that: the last two labels, three under such as {@code co.uk}.
     */
    static String registered(String name) {
        String ascii = ServerIdentity.toAscii(name).toLowerCase(Locale.ROOT);
        String[] labels = ascii.split("\\.");
        int last = labels.length - 1;
        boolean second = last >= 2 && labels[last].length() == 2 && labels[last - 1].length() <= 3;
        int from = Math.max(0, last - (second ? 2 : 1));
        return String.join(".", List.of(labels).subList(from, labels.length));
    }
}
