package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The turns of a loop: what has arrived, what is selected, whose time has come, what is finished. Its members are touched
 * by the thread that runs it alone; other threads ask for room, enqueue and close.
 */
final class SelectorLoop {

    private final Selector selector;
    private final int most;
    private final Executor tasks;
    private final AtomicInteger underway = new AtomicInteger();
    private final Arrivals arrivals = new Arrivals();
    private final Deadlines deadlines = new Deadlines();
    /** All that is underway, whether or not it has a key: its channel may have been closed by others. */
    private final Set<Member> members = new HashSet<>();

    private final List<Acceptor> waitingForRoom = new ArrayList<>();
    private final List<Runnable> completions = new ArrayList<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final AtomicBoolean taken = new AtomicBoolean();
    private volatile boolean closing;
    private volatile boolean abandoning;

    SelectorLoop(Selector selector, int most, Executor tasks) {
        this.selector = selector;
        this.most = most;
        this.tasks = tasks;
    }

    /** What a key of the selector belongs to. */
    sealed interface Member permits LoopedConnect, LoopedUpgrade, Acceptor {

        void selected(SelectionKey key);

        /** To be closed, for a reason. */
        void abandoned(UpgradeException why);
    }

    void run() {
        if (!taken.compareAndSet(false, true)) {
            if (closing) {
                return;
            }
            throw new IllegalStateException("Expected one thread to run the loop once, got another; open another loop");
        }
        try {
            while (!abandoning && (!closing || underway.get() > 0)) {
                turn();
                if (Thread.currentThread().isInterrupted()) {
                    abandoning = true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Expected the selector to work, got " + e + "; all its connections are closed", e);
        } finally {
            end();
        }
    }

    /** Ends when nothing is underway any more. */
    void close() {
        closing = true;
        if (underway.get() == 0) {
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
        return underway.get();
    }

    /** Has something done on the loop's thread, or tells at once that it is too late. */
    void enqueue(Arrivals.Arrival arrival) {
        if (arrivals.add(arrival)) {
            selector.wakeup();
        } else {
            arrival.tooLate();
        }
    }

    /** Has something done on the loop's thread, or never if the loop ends before. */
    void execute(Runnable onLoop) {
        enqueue(onLoop::run);
    }

    /** Has something done on the loop's thread when the future is cancelled, by whatever thread. */
    void whenCancelled(CompletableFuture<?> future, Runnable onLoop) {
        var unused = future.whenComplete((done, thrown) -> {
            if (future.isCancelled()) {
                execute(onLoop);
            }
        });
    }

    /** To be called on the loop's thread: has the future of a connection completed once its key is forgotten. */
    void whenForgotten(Runnable completion) {
        completions.add(completion);
    }

    /** To be called on the loop's thread: has the acceptor resume when there is room. */
    void whenRoom(Acceptor acceptor) {
        waitingForRoom.add(acceptor);
    }

    /** Why {@link #reserve} returned false. */
    UpgradeException noRoom() {
        return closing
                ? closed()
                : rejected("Expected room for another connection, got " + most
                        + " underway; try again later, or open the loop for more");
    }

    /** Takes a place for a connection, if there is one. */
    boolean reserve() {
        int now = underway.get();
        while (now < most && !closing) {
            if (underway.compareAndSet(now, now + 1)) {
                return true;
            }
            now = underway.get();
        }
        return false;
    }

    void release() {
        underway.decrementAndGet();
    }

    /** To be called on the loop's thread: who is to be abandoned when the loop ends. */
    void join(Member member) {
        members.add(member);
    }

    void leave(Member member) {
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

    static UpgradeException rejected(String detail) {
        return new UpgradeException(FailureReason.REJECTED, Phase.CONNECT, detail);
    }

    static UpgradeException cancelled() {
        return rejected("Expected to go on, but the future was cancelled");
    }

    static UpgradeException closed() {
        return rejected("Expected a running loop, got a closed one; open another");
    }

    /** A fault in the author's code goes where uncaught exceptions of this thread go; the loop serves the others on. */
    static void report(RuntimeException fault) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
    }

    private void turn() throws IOException {
        if (arrivals.isEmpty()) {
            selector.select(deadlines.millisToNext(System.nanoTime()));
        } else {
            selector.selectNow();
        }
        arrivals.runAll();
        if (closing) {
            stopAccepting();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            ((Member) key.attachment()).selected(key);
        }
        selector.selectedKeys().clear();
        deadlines.expire(System.nanoTime());
        complete();
        if (underway() < most) {
            waitingForRoom.forEach(Acceptor::resume);
            waitingForRoom.clear();
        }
    }

    /** Hands out what is finished, once the selector has forgotten it. */
    private void complete() throws IOException {
        while (!completions.isEmpty()) {
            selector.selectNow();
            selector.selectedKeys().clear();
            List<Runnable> due = List.copyOf(completions);
            completions.clear();
            due.forEach(Runnable::run);
        }
    }

    private void stopAccepting() {
        for (Member member : List.copyOf(members)) {
            if (member instanceof Acceptor acceptor) {
                acceptor.close();
            }
        }
    }

    private void end() {
        closing = true;
        arrivals.end();
        for (Member member : List.copyOf(members)) {
            member.abandoned(rejected("Expected the loop to go on, but it was shut down; use another"));
        }
        try {
            complete();
            selector.close();
        } catch (IOException e) {
            // Nothing is registered any more: there is nothing to lose.
            completions.forEach(Runnable::run);
        } finally {
            stopped.complete(null);
        }
    }

    private void endUnlessRun() {
        if (taken.compareAndSet(false, true)) {
            end();
        }
    }
}
