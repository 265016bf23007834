package dev.starttls.conformance;

import dev.starttls.conformance.target.Subject;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where each target was named, so that none is checked twice. A list of targets may have no end, so only the last ones
 * are remembered.
 */
final class RecentTargets {
    private static final int REMEMBERED = 50_000;

    private final Map<String, String> places = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Remembers the target; returns the place where it was named before, if it was. */
    Optional<String> namedBefore(Subject target, String place) {
        return Optional.ofNullable(places.putIfAbsent(target.url().toLowerCase(Locale.ROOT), place));
    }
}
