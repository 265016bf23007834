package dev.starttls.core.upgrade;

import dev.starttls.core.engine.TlsPump;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * A client's engine and its ClientHello, made by another thread while the connection's own thread speaks plaintext. A thread
 * that needs it and finds that making it has not begun makes it itself: no thread waits for one that never comes. A thread
 * that is making it holds a lock as long as that takes.
 */
final class ClientHelloTask implements Runnable {

    private final PumpFactory factory;
    private final Object making = new Object();
    /** Written under the lock, read by threads that have seen that it is {@link #done}. */
    private Optional<TlsPump> pump = Optional.empty();
    /** Why the engine or the ClientHello could not be made; thrown to the thread that needs it. */
    private volatile Throwable failure;

    private volatile boolean done;
    private boolean handedOut;

    /**
     * Nothing is made yet.
     *
     * @param factory makes the pump around a new engine
     */
    ClientHelloTask(PumpFactory factory) {
        this.factory = factory;
    }

    @Override
    public void run() {
        synchronized (making) {
            if (done) {
                return;
            }
            try {
                pump = Optional.of(factory.pump());
                pump.get().prepare();
            } catch (Throwable e) {
                // Languages that do not declare what they throw can throw anything from an engine source.
                failure = e;
            }
            done = true;
        }
    }

    /** As the connection's task: empty while one that was handed out runs. */
    Optional<Runnable> handOut() {
        if (handedOut) {
            return Optional.empty();
        }
        handedOut = true;
        return Optional.of(this);
    }

    /** Whether the ClientHello is there, or could not be made. */
    boolean done() {
        return done;
    }

    /**
     * Makes the ClientHello or waits for the thread that does.
     *
     * @return the pump whose ClientHello it is
     * @throws SSLException if the engine cannot begin
     */
    TlsPump require() throws SSLException {
        run();
        if (failure instanceof SSLException why) {
            throw why;
        }
        requireEngine();
        return pump.orElseThrow();
    }

    /** Throws the reason why the engine could not be made, if that is known by now. */
    void requireEngine() {
        if (failure instanceof RuntimeException why) {
            throw why;
        }
        if (failure instanceof Error why) {
            throw why;
        }
        if (failure != null && !(failure instanceof SSLException)) {
            throw new IllegalStateException(
                    "Expected an engine source to throw nothing that is checked, got "
                            + failure.getClass().getName(),
                    failure);
        }
    }
}
