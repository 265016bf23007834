package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The turns of a loop: what has arrived, what is selected, which members have work left, which deadlines have passed, what is
 * finished. In each of them every member that is inside TLS and has something to do does a bounded piece of work, and then the others do, one
 * after the other, as long as there is time for them: see {@link UpgradeQueue}. What one throws ends that member and no
 * other. Its members are touched by the thread that runs it alone; other threads ask for room, enqueue and close.
 */
final class SelectorLoop {

    private static final String SHUT_DOWN = "Expected the loop to go on, but it was shut down; use another";

    /**
     * What those that are not inside TLS get in a turn, in nanoseconds, at least one of them and at least as much as those
     * inside have had: a few steps of a handshake, each of a millisecond or so, beside which asking the selector costs little
     * (some 10 microseconds), and little beside the round trip of a session that waits meanwhile.
     */
    static final long UPGRADE_NANOS = 4_000_000;

    /** A place that a connection has left, and that its successor may take before others: see {@link #passOn}. */
    private static final long PROMISED = 1L << 32;

    static final String CANCELLED = "Expected to go on, but the future was cancelled";

    private final Selector selector;
    private final int max;
    private final Executor tasks;
    private final TimeSource time;
    /** How many connections are underway, and how many {@link #PROMISED} places. */
    private final AtomicLong places = new AtomicLong();

    private final LoopTasks arrivals = new LoopTasks();
    /** Those that are to become members: each has work to do, and waits for it as members do. */
    private final LoopTasks admissions = new LoopTasks();

    private final UpgradeQueue upgrades = new UpgradeQueue();
    private final Deadlines deadlines = new Deadlines();
    /** All that is underway, whether or not it has a key: its channel may have been closed by others. */
    private final Set<LoopMember> members = new HashSet<>();
    /** Those inside TLS whose last turn was over before their work was, in the order in which they are served. */
    private Set<LoopMember> again = new LinkedHashSet<>();

    private long turns;

    private final List<Runnable> waitingForRoom = new ArrayList<>();
    private final List<Runnable> completions = new ArrayList<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final AtomicBoolean started = new AtomicBoolean();
    /** The thread that runs it, once it does. */
    private volatile Optional<Thread> thread = Optional.empty();
    /** Whether the completion that runs may take the place of what has completed. */
    private boolean promised;

    private volatile boolean closing;
    private volatile boolean abandoning;
    /** What comes now comes too late. */
    private boolean over;

    SelectorLoop(Selector selector, int max, Executor tasks) {
        this(selector, max, tasks, TimeSource.Machine.CLOCK);
    }

    SelectorLoop(Selector selector, int max, Executor tasks, TimeSource time) {
        this.selector = selector;
        this.max = max;
        this.tasks = tasks;
        this.time = time;
    }

    void run() {
        if (!started.compareAndSet(false, true)) {
            if (closing) {
                return;
            }
            throw new IllegalStateException("Expected one thread to run the loop once, got another; open another loop");
        }
        thread = Optional.of(Thread.currentThread());
        Optional<Throwable> fault = Optional.empty();
        try {
            while (!abandoning && (!closing || places.get() > 0)) {
                turn();
                if (Thread.currentThread().isInterrupted()) {
                    abandoning = true;
                }
            }
        } catch (IOException e) {
            fault = Optional.of(e);
            throw new UncheckedIOException(
                    "Expected the selector to work, got " + e + "; all its connections are closed", e);
        } catch (Throwable e) {
            fault = Optional.of(e);
            throw e;
        } finally {
            end(fault);
        }
    }

    /** Ends when nothing is underway any more. */
    void close() {
        closing = true;
        if (places.get() == 0) {
            endUnlessRun();
        }
        selector.wakeup();
    }

    /** Ends with this turn. */
    void closeNow() {
        closing = true;
        abandoning = true;
        endUnlessRun();
        selector.wakeup();
    }

    boolean closing() {
        return closing;
    }

    CompletableFuture<Void> stopped() {
        return stopped;
    }

    int underway() {
        return underway(places.get());
    }

    private static int underway(long counted) {
        return (int) (counted % PROMISED);
    }

    /** Whether the calling thread is the one that runs the loop. */
    boolean inLoop() {
        return thread.filter(Thread.currentThread()::equals).isPresent();
    }

    @Override
    public String toString() {
        String condition =
                stopped.isDone() ? "ended" : closing ? "closing" : started.get() ? "running" : "not running yet";
        return underway() + " of at most " + max + " connections, " + condition;
    }

    /** Has something done on the loop's thread; if it is too late, says so to the arrival at once. */
    void enqueue(LoopTasks.Arrival arrival) {
        enqueue(arrivals, arrival);
    }

    /** The same for what makes a member: it waits its turn. */
    void admit(LoopTasks.Arrival admission) {
        enqueue(admissions, admission);
    }

    private void enqueue(LoopTasks queue, LoopTasks.Arrival arrival) {
        if (queue.add(arrival)) {
            selector.wakeup();
        } else {
            arrival.tooLate();
        }
    }

    /** Has something done on the loop's thread, or never if the loop ends before. */
    void execute(Runnable onLoop) {
        enqueue(onLoop::run);
    }

    /**
     * Has something done on the loop's thread when the future is cancelled, or failed by others than the loop, such as {@link
     * CompletableFuture#orTimeout}: by whatever thread.
     */
    void whenCancelled(CompletableFuture<?> future, Runnable onLoop) {
        var unused = future.whenComplete((done, thrown) -> {
            // All that the loop fails a future with is of this type.
            if (thrown != null && !(thrown instanceof UpgradeException)) {
                execute(onLoop);
            }
        });
    }

    /** To be called on the loop's thread: has the future of a connection completed once its key is forgotten. */
    void whenForgotten(Runnable completion) {
        completions.add(completion);
    }

    /** To be called on the loop's thread: has something done when there is room. */
    void whenRoom(Runnable resume) {
        waitingForRoom.add(resume);
    }

    /** Why {@link #reserve} returned false. */
    UpgradeException noRoom() {
        return closing
                ? closed()
                : Failures.rejected(
                        Phase.CONNECT,
                        "Expected room for another connection, got " + max
                                + " underway; try again later, or open the loop for more");
    }

    /**
     * Takes a place for a connection, if there is one. What is called by a connection that has just left the loop, on the
     * loop's thread, has that one's place.
     */
    boolean reserve() {
        if (inLoop() && promised) {
            promised = false;
            places.addAndGet(1 - PROMISED);
            return true;
        }
        long now = places.get();
        while (underway(now) + now / PROMISED < max && !closing) {
            if (places.compareAndSet(now, now + 1)) {
                return true;
            }
            now = places.get();
        }
        return false;
    }

    void release() {
        places.decrementAndGet();
    }

    /**
     * To be called on the loop's thread: a connection leaves the loop, and is handed out once its key is forgotten. Its place is
     * kept for what the completion adopts.
     */
    void passOn(Runnable completion) {
        places.addAndGet(PROMISED - 1);
        whenForgotten(() -> {
            promised = !over;
            try {
                completion.run();
            } finally {
                if (promised || over) {
                    promised = false;
                    places.addAndGet(-PROMISED);
                }
            }
        });
    }

    /** To be called on the loop's thread: the member is to be abandoned when the loop ends. */
    void join(LoopMember member) {
        members.add(member);
    }

    void leave(LoopMember member) {
        members.remove(member);
    }

    Deadlines deadlines() {
        return deadlines;
    }

    Executor tasks() {
        return tasks;
    }

    Selector selector() {
        return selector;
    }

    TimeSource time() {
        return time;
    }

    /** Counts the turns, so that a member knows whether it has had its own. */
    long turns() {
        return turns;
    }

    /** To be called on the loop's thread: the member has work left, and is served after others. */
    void again(LoopMember member) {
        if (member.insideTls()) {
            again.add(member);
        } else {
            upgrades.add(member, time.nanos());
        }
    }

    /** To be called on the loop's thread: a member that was accepted just now has its first turn before those of others. */
    void first(LoopMember member) {
        upgrades.addFirst(member, time.nanos());
    }

    /** To be called on the loop's thread: the member's time is over, which it deals with when it is its turn. */
    void late(LoopMember member) {
        upgrades.addLate(member, time.nanos());
    }

    /** What is to be called on the loop's thread after code of the application: see {@link LoopThread#takeInterrupt}. */
    UpgradeDriver.ForeignCode foreign() {
        return LoopThread::takeInterrupt;
    }

    static UpgradeException closed() {
        return Failures.rejected(Phase.CONNECT, "Expected a running loop, got a closed one; open another");
    }

    private void turn() throws IOException {
        turns++;
        // Those that have work left after this turn are served in the next.
        Set<LoopMember> due = again;
        if (!due.isEmpty()) {
            again = new LinkedHashSet<>();
        }
        if (arrivals.isEmpty() && admissions.isEmpty() && due.isEmpty() && upgrades.isEmpty()) {
            selector.select(deadlines.millisToNext(time.nanos()));
        } else {
            selector.selectNow();
        }
        if (Thread.currentThread().isInterrupted()) {
            return;
        }
        long began = time.nanos();
        arrivals.runPresent();
        if (closing) {
            stopAccepting();
        }
        serveSelected(began);
        for (LoopMember member : due) {
            contained(member, member::turn);
        }
        serveUpgrades(began);
        deadlines.expire(time.nanos(), upgrades::holds);
        complete();
        if (underway() < max) {
            List<Runnable> resumed = List.copyOf(waitingForRoom);
            waitingForRoom.clear();
            resumed.forEach(Runnable::run);
        }
    }

    private void serveSelected(long now) {
        for (SelectionKey key : selector.selectedKeys()) {
            LoopMember member = (LoopMember) key.attachment();
            if (member.insideTls()) {
                contained(member, () -> member.selected(key));
            } else {
                upgrades.add(member, key, now);
            }
        }
        selector.selectedKeys().clear();
    }

    /** Those that are not inside TLS, and those that come anew, in turn: half of the loop's time is theirs if they need it. */
    private void serveUpgrades(long began) {
        long start = time.nanos();
        long share = Math.max(UPGRADE_NANOS, start - began);
        long now = start;
        boolean any = true;
        while (any && now - start < share) {
            Optional<LoopMember> served = upgrades.serveNext(now);
            served.ifPresent(deadlines::resume);
            boolean admitted = admissions.runNext();
            any = served.isPresent() || admitted;
            now = time.nanos();
        }
        upgrades.endPass();
    }

    /** What a member does not expect of its own work ends that member. */
    private static void contained(LoopMember member, Runnable work) {
        LoopThread.contained(work, member::broken);
    }

    /** Hands out what is finished, once the selector has forgotten it. */
    private void complete() throws IOException {
        while (!completions.isEmpty()) {
            selector.selectNow();
            selector.selectedKeys().clear();
            runCompletions();
        }
    }

    private void runCompletions() {
        List<Runnable> due = List.copyOf(completions);
        completions.clear();
        for (Runnable completion : due) {
            try {
                completion.run();
            } catch (Throwable fault) {
                LoopThread.report(fault);
            }
            LoopThread.takeInterrupt();
        }
    }

    private void stopAccepting() {
        for (LoopMember member : List.copyOf(members)) {
            contained(member, member::stopAccepting);
        }
    }

    private void end(Optional<Throwable> fault) {
        closing = true;
        over = true;
        // Set, it would close channels that something is still to be said on; the thread's owner gets it back.
        boolean interrupted = Thread.interrupted();
        arrivals.end();
        admissions.end();
        for (LoopMember member : List.copyOf(members)) {
            if (fault.isPresent()) {
                String why = "Expected the loop to go on, but it ended with " + fault.get() + "; use another";
                contained(member, () -> member.abandoned(why, fault));
            } else {
                contained(member, () -> member.shutDown(SHUT_DOWN));
            }
        }
        try {
            complete();
            selector.close();
        } catch (IOException e) {
            // Nothing is registered any more: there is nothing to lose.
            runCompletions();
        } finally {
            stopped.complete(null);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void endUnlessRun() {
        if (started.compareAndSet(false, true)) {
            end(Optional.empty());
        }
    }
}
