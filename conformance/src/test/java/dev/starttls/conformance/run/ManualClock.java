package dev.starttls.conformance.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** Time that stands still until a test lets some of it pass, and does what is due on the test's own thread. */
final class ManualClock implements RunClock {
    /** Something to be done. */
    private record Due(long at, FutureTask<Void> action) {}

    private final List<Due> waiting = new ArrayList<>();
    private Consumer<Duration> paused = time -> {};
    private long now;

    /** What happens in each pause. */
    void onPause(Consumer<Duration> action) {
        paused = action;
    }

    /** Lets so much time pass. */
    void pass(Duration time) {
        due(time.toNanos()).forEach(due -> due.action().run());
    }

    private synchronized List<Due> due(long nanos) {
        now += nanos;
        List<Due> due = new ArrayList<>();
        for (Iterator<Due> each = waiting.iterator(); each.hasNext(); ) {
            Due one = each.next();
            if (one.at() <= now) {
                each.remove();
                due.add(one);
            }
        }
        return due;
    }

    @Override
    public synchronized long now() {
        return now;
    }

    @Override
    public synchronized Future<?> after(Duration time, Runnable action) {
        FutureTask<Void> task = new FutureTask<>(action, null);
        waiting.add(new Due(now + time.toNanos(), task));
        return task;
    }

    @Override
    public void pause(Duration time) {
        paused.accept(time);
        pass(time);
    }

    @Override
    public synchronized void close() {
        waiting.clear();
    }
}
