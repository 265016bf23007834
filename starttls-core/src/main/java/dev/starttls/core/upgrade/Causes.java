package dev.starttls.core.upgrade;

import java.util.ArrayList;
import java.util.List;

/** The chain of causes of what was thrown. */
final class Causes {

    /** A chain may be a circle, and is a handful with all engines. */
    private static final int MAX = 16;

    private Causes() {}

    /** What was thrown, its cause, the cause of that, and so on. */
    static List<Throwable> of(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        Throwable next = thrown;
        while (next != null && chain.size() < MAX) {
            chain.add(next);
            next = next.getCause();
        }
        return chain;
    }
}
