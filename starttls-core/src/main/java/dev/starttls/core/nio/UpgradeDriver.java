package dev.starttls.core.nio;

import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Moves one connection along its transport until it is ready, or until the transport has nothing more for now. */
final class UpgradeDriver {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** In nanoseconds; a warm virtual machine makes an engine in a hundredth of it. */
    private static final long LONG_STEP = 2_000_000;

    private final Transport transport;
    private final UpgradeConnection connection;

    UpgradeDriver(Transport transport, UpgradeConnection connection) {
        this.transport = transport;
        this.connection = connection;
    }

    /**
     * Goes on as far as it can. A blocking transport is driven to the end; with one that is not, what is still wanted is
     * returned. When the connection fails, its alert is sent as far as that is possible without waiting.
     *
     * @param tasks runs delegated tasks; with one that returns before they ran, {@link Want#TASK} is returned
     * @param wake called when a task that was handed out has run, unless that was at once
     */
    Want drive(Executor tasks, Runnable wake) throws IOException {
        try {
            while (true) {
                connection.tick(System.nanoTime());
                Want want = connection.want();
                switch (want) {
                    case NOTHING -> {
                        if (!transport.flush()) {
                            return Want.WRITE;
                        }
                        // The last line may have left just now, and a failure that waited for it is due.
                        connection.tick(System.nanoTime());
                        return Want.NOTHING;
                    }
                    case TASK -> {
                        Optional<Runnable> task = connection.task();
                        if (task.isPresent()) {
                            HandedOut handedOut = new HandedOut(task.get(), wake);
                            tasks.execute(handedOut);
                            handedOut.returned = true;
                        }
                        if (connection.want() == Want.TASK) {
                            return Want.TASK;
                        }
                    }
                    case WRITE -> {
                        // What the handshake says next may leave in the same segment: written when the peer is awaited.
                        boolean any = put();
                        if (connection.want() == Want.WRITE && !transport.flush()) {
                            return Want.WRITE;
                        }
                        if (!any && connection.want() == Want.WRITE) {
                            throw new IllegalStateException("Expected octets to send in state " + connection.state()
                                    + ", got none; the engine is at fault");
                        }
                    }
                    case READ -> {
                        boolean taken = transport.in().hasRemaining() && receiveHeld();
                        if (!taken && !transport.flush()) {
                            return Want.WRITE;
                        }
                        if (!taken && !read()) {
                            return Want.READ;
                        }
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            sendAlert();
            throw e;
        }
    }

    /** A task for an executor. Nobody is woken of one that has run before the executor returned: its driver goes on. */
    private static final class HandedOut implements Runnable {

        private final Runnable task;
        private final Runnable wake;
        private final Thread driver = Thread.currentThread();
        /** For the driver's thread only. */
        private boolean returned;

        HandedOut(Runnable task, Runnable wake) {
            this.task = task;
            this.wake = wake;
        }

        @Override
        public void run() {
            try {
                task.run();
            } finally {
                // Also when it threw an error: whoever drives the connection on is told of it.
                if (Thread.currentThread() != driver || returned) {
                    wake.run();
                }
            }
        }
    }

    /** Has the connection put out what it has to say. Returns whether there is anything to write, now or of before. */
    private boolean put() throws IOException {
        ByteBuffer out = transport.out();
        boolean any = false;
        try {
            connection.transmit(NOTHING, out);
        } finally {
            // A buffer that was full already had no room for more.
            any = out.position() > 0;
            transport.put();
        }
        return any;
    }

    /** Takes what was read before. Returns whether the connection took any of it, or now wants something else. */
    private boolean receiveHeld() throws IOException {
        int before = transport.in().remaining();
        receive();
        return transport.in().remaining() < before || connection.want() != Want.READ;
    }

    /** Returns false when there is nothing to be read for now. */
    private boolean read() throws IOException {
        prepare();
        Optional<Long> deadline = connection.deadline();
        int count;
        try {
            count = deadline.isPresent() ? transport.fill(deadline.get() - System.nanoTime()) : transport.fill();
        } catch (SocketTimeoutException e) {
            // The connection tells it better, now that it is told the time again.
            return true;
        }
        // The wait belongs to the phase that it was in.
        connection.tick(System.nanoTime());
        if (count > 0) {
            receive();
        } else if (count < 0) {
            connection.endOfInput();
        }
        return count != 0;
    }

    /**
     * The peer's next octets are on their way, or are about to be: the time is free. After a long step the rest is left to
     * the next wait, or octets that have come meanwhile would wait for it.
     */
    private void prepare() throws IOException {
        long before = System.nanoTime();
        boolean more = true;
        while (more) {
            more = connection.prepareNext() && System.nanoTime() - before < LONG_STEP;
        }
    }

    private void receive() throws IOException {
        try {
            connection.receive(transport.in(), NOTHING);
        } finally {
            transport.taken();
        }
    }

    private void sendAlert() {
        try {
            boolean more = transport.flush();
            while (more && connection.want() == Want.WRITE) {
                more = put() && transport.flush();
            }
        } catch (IOException e) {
            // The failure that is on its way to the caller matters more than the alert that could not be sent.
            connection.close();
        }
    }
}
