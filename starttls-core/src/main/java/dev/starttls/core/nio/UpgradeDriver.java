package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Moves one connection along its transport until it is ready, until the transport has nothing more for now, or until its
 * time slice is used up. Whatever is thrown on the way ends that connection, as an {@link UpgradeException}.
 */
final class UpgradeDriver {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /**
     * The step of a preparation after which the rest is left to the next wait, in nanoseconds. A warm JVM makes an engine in a
     * hundredth of that, a cold one takes tens of milliseconds for each step: one is enough to keep octets waiting.
     */
    private static final long LONG_STEP_NANOS = 2_000_000;

    private final Transport transport;
    private final UpgradeConnection connection;
    private final ForeignCode foreign;
    /** Of the last phase that had one: so long the peer has for taking the last octets too. */
    private Optional<Long> lastDeadline = Optional.empty();

    UpgradeDriver(Transport transport, UpgradeConnection connection, ForeignCode foreign) {
        this.transport = transport;
        this.connection = connection;
        this.foreign = foreign;
    }

    /** What is to be done after each call that may have run code of the application. */
    interface ForeignCode {

        /** The thread is the application's: what its code does to it is its own matter. */
        ForeignCode OWN_THREAD = new OwnThread();

        void ran();

        /** Not a lambda, which the first upgrade would have to link. */
        final class OwnThread implements ForeignCode {
            @Override
            public void ran() {
                // An interrupt is for the code that called.
            }
        }
    }

    /** Begins, and goes no further: from here the connection has a deadline. */
    void begin(long now) throws UpgradeException {
        try {
            connection.begin(now);
            foreign.ran();
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    /**
     * Goes on as far as it can. A blocking transport is driven to the end; with one that is not, what is still wanted is
     * returned. When the connection fails, its alert is sent as far as that is possible without waiting.
     *
     * @param tasks runs delegated tasks; with one that returns before they ran, {@link Want#TASK} is returned
     * @param wake called when a task that was handed out has run, unless that was at once
     * @param slice how much may be done now; when it is used up {@link Want#AGAIN} is returned, at the earliest after one step
     */
    Want drive(Executor tasks, Runnable wake, TimeSlice slice) throws UpgradeException {
        try {
            boolean worked = false;
            readBeforeLate(slice);
            while (true) {
                long now = slice.now();
                connection.tick(now);
                foreign.ran();
                Want want = connection.want();
                Optional<Long> deadline = connection.deadline();
                lastDeadline = deadline.isPresent() ? deadline : lastDeadline;
                if (worked && slice.over(now) && want != Want.NOTHING) {
                    // Where only the network can bring more, the selector knows when.
                    boolean idle = want == Want.ANSWER
                            || (want == Want.READ && !transport.in().hasRemaining());
                    return !idle ? Want.AGAIN : flush(slice) ? want : Want.WRITE;
                }
                worked = true;
                switch (want) {
                    case NOTHING -> {
                        if (!flush(slice)) {
                            return Want.WRITE;
                        }
                        // The last line may have left just now, and a failure that waited for it is due.
                        connection.tick(slice.now());
                        return Want.NOTHING;
                    }
                    case TASK -> {
                        if (!runTask(tasks, wake)) {
                            return Want.TASK;
                        }
                    }
                    case WRITE -> {
                        // What the handshake says next may leave in the same segment: written when the peer is awaited.
                        boolean any = put(slice);
                        if (connection.want() == Want.WRITE && !flush(slice)) {
                            return Want.WRITE;
                        }
                        if (!any && connection.want() == Want.WRITE) {
                            throw new IllegalStateException("Expected octets to send in state " + connection.state()
                                    + ", got none; the engine is at fault");
                        }
                    }
                    case AGAIN -> receive(slice);
                    case ANSWER -> {
                        if (!flush(slice)) {
                            return Want.WRITE;
                        }
                        if (!transport.blocking()) {
                            return Want.ANSWER;
                        }
                        awaitAnswer(slice);
                    }
                    case READ -> {
                        boolean taken = transport.in().hasRemaining() && receiveHeld(slice);
                        if (!taken && !flush(slice)) {
                            return Want.WRITE;
                        }
                        if (!taken && !(slice.reads() && read(slice))) {
                            return Want.READ;
                        }
                    }
                }
            }
        } catch (Throwable e) {
            UpgradeException why = failed(e);
            sendAlert(slice);
            throw why;
        }
    }

    /** Ends the connection with what was thrown, by the peer's doing or by that of this side's code. */
    UpgradeException failed(Throwable thrown) {
        UpgradeException why = typed(thrown);
        connection.abort(why);
        return why;
    }

    private UpgradeException typed(Throwable thrown) {
        if (thrown instanceof UpgradeException why) {
            return why;
        }
        if (thrown instanceof IOException lost) {
            return Failures.closedHere(lost, connection.phase()).orElseGet(() -> lost(lost));
        }
        // The connection knows best where the code that threw it comes from.
        return connection.failure().orElseGet(() -> Failures.ofLocalCode(thrown, connection.phase()));
    }

    private UpgradeException lost(IOException thrown) {
        try {
            connection.transportFailed(thrown);
        } catch (UpgradeException why) {
            return why;
        }
        UpgradeException why = new UpgradeException(
                FailureReason.CONNECTION_CLOSED, connection.phase(), "Expected to go on, got: " + thrown.getMessage());
        why.initCause(thrown);
        return why;
    }

    /** Returns false if it has been handed out and still runs. */
    private boolean runTask(Executor tasks, Runnable wake) throws UpgradeException {
        boolean ran = HandedOutTask.run(connection, tasks, wake);
        foreign.ran();
        return ran;
    }

    /** Has the connection put out what it has to say. Returns whether there is anything to write, now or of before. */
    private boolean put(TimeSlice slice) throws IOException {
        ByteBuffer out = transport.out();
        boolean any = false;
        long before = slice.now();
        try {
            connection.transmit(NOTHING, out);
        } catch (Throwable e) {
            transport.wipeRoom();
            throw e;
        } finally {
            connection.ownTime(slice.now() - before);
            // A buffer that was full already had no room for more.
            any = out.position() > 0;
            transport.put();
            foreign.ran();
        }
        return any;
    }

    /**
     * Writes what waits. Returns whether all of it has left: on a blocking transport it has.
     *
     * @throws UpgradeException if a peer on a blocking transport does not take it in time
     */
    private boolean flush(TimeSlice slice) throws IOException {
        if (!transport.hasOutput()) {
            return transport.flush();
        }
        boolean all;
        if (transport.timed() && lastDeadline.isPresent()) {
            all = transport.flush(lastDeadline.get() - slice.now());
            if (!all) {
                connection.tick(slice.now());
                throw Failures.doesNotRead(connection.phase());
            }
        } else {
            all = transport.flush();
        }
        if (all) {
            transport.acknowledgeAtOnce();
        }
        return all;
    }

    /** On a thread of this connection's own: until it may have got further, or its time is over. */
    private void awaitAnswer(TimeSlice slice) throws IOException {
        Wakeup wakeup = wakeup();
        long left = 1;
        while (connection.want() == Want.ANSWER && left > 0) {
            left = connection.deadline().orElseThrow() - slice.now();
            wakeup.await(left, transport.channel());
        }
    }

    /** Takes what was read before. Returns whether the connection took any of it, or now wants something else. */
    private boolean receiveHeld(TimeSlice slice) throws IOException {
        int before = transport.in().remaining();
        receive(slice);
        return transport.in().remaining() < before || connection.want() != Want.READ;
    }

    /** A thread that others have kept busy beyond the deadline has not read yet what may have come long before. */
    private void readBeforeLate(TimeSlice slice) throws IOException {
        Optional<Long> deadline = connection.deadline();
        boolean late = deadline.isPresent() && slice.now() - deadline.get() >= 0;
        if (late
                && slice.reads()
                && !transport.blocking()
                && connection.want() == Want.READ
                && !transport.in().hasRemaining()) {
            read(slice);
        }
    }

    /** Returns false when there is nothing to be read for now. */
    private boolean read(TimeSlice slice) throws IOException {
        prepare(slice);
        Optional<Long> deadline = connection.deadline();
        boolean wakeable = transport.timed() && connection.speaksUnasked() && deadline.isPresent();
        int count;
        try {
            count = wakeable
                    ? transport.fill(deadline.get() - slice.now(), wakeup())
                    : deadline.isPresent() ? transport.fill(deadline.get() - slice.now()) : transport.fill();
        } catch (SocketTimeoutException e) {
            // The connection has a better message for it, once it is given the time again.
            return true;
        }
        // The wait belongs to the phase that it was in, and what it brought had come by its end.
        long now = slice.now();
        boolean late = count != 0 && deadline.isPresent() && now - deadline.get() >= 0;
        long came = late ? deadline.get() - 1 : now;
        connection.tick(came);
        foreign.ran();
        if (count > 0) {
            receive(slice);
            // What has passed since is not the peer's time: its next phase begins now.
            connection.keptWaiting(now - came);
        } else if (count < 0) {
            connection.endOfInput();
            foreign.ran();
        }
        // One that was woken looks at what is wanted now.
        return count != 0 || wakeable;
    }

    /** Wakes this thread, which waits for its connection alone. */
    private Wakeup wakeup() {
        Wakeup mine = new Wakeup();
        connection.onWake(mine);
        if (connection.want() == Want.AGAIN) {
            // What was due before it could be woken.
            mine.run();
        }
        return mine;
    }

    /**
     * The peer's next octets are on their way, or are about to be: the time is free. After a long step the rest is left to
     * the next wait, or octets that have come meanwhile would wait for it.
     */
    private void prepare(TimeSlice slice) throws IOException {
        long before = slice.now();
        boolean more = true;
        while (more) {
            more = connection.prepareNext() && slice.now() - before < LONG_STEP_NANOS;
        }
        connection.ownTime(slice.now() - before);
        foreign.ran();
    }

    private void receive(TimeSlice slice) throws IOException {
        int before = transport.in().remaining();
        long began = slice.now();
        try {
            connection.receive(transport.in(), NOTHING);
        } finally {
            connection.ownTime(slice.now() - began);
            slice.taken(before - transport.in().remaining());
            transport.taken();
            foreign.ran();
        }
    }

    /** As far as the transport takes it at once: no thread waits for a peer that has failed. */
    private void sendAlert(TimeSlice slice) {
        try {
            boolean more = flushNow();
            while (more && connection.want() == Want.WRITE) {
                more = put(slice) && flushNow();
            }
        } catch (Throwable e) {
            // The failure that is on its way to the caller matters more than the alert that could not be sent.
            connection.close();
        }
    }

    private boolean flushNow() throws IOException {
        return transport.flush(0);
    }
}
