package dev.starttls.conformance.check;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the checks of one target have in common: an observation that several of them judge is made once, by the first
 * that needs it, and the others wait for it. One that failed is made again by the next check. Safe for use by several
 * threads.
 */
public final class SharedObservations {

    private final LoginBudget logins = new LoginBudget();
    private final Map<Class<?>, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Map<Class<?>, Object> made = new ConcurrentHashMap<>();

    /**
     * Makes an observation.
     *
     * @param <T> the type of the observation
     * @param <E> what it throws besides an {@link IOException}
     */
    @FunctionalInterface
    public interface Source<T, E extends Exception> {
        T observe() throws IOException, E;
    }

    /** How many logins they may still try. */
    LoginBudget logins() {
        return logins;
    }

    /** The observation of this type, which is made now if no check has made it. */
    public <T, E extends Exception> T once(Class<T> type, Source<T, E> source) throws IOException, E {
        ReentrantLock lock = locks.computeIfAbsent(type, unused -> new ReentrantLock());
        lock.lock();
        try {
            Object known = made.get(type);
            if (known == null) {
                known = source.observe();
                made.put(type, known);
            }
            return type.cast(known);
        } finally {
            lock.unlock();
        }
    }
}
