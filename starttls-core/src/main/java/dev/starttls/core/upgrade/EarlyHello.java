package dev.starttls.core.upgrade;

import dev.starttls.core.tls.TlsPump;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * A client's engine and its ClientHello, made by another thread while the connection's own talks in plaintext. Whoever
 * needs it first and finds that nobody has begun makes it: a thread that never comes is awaited by nobody. One that is at
 * work holds a lock meanwhile, of the engine or of the ClientHello, for as long as that takes to compute.
 */
final class EarlyHello implements Runnable {

    private final TlsStart start;
    private final Object making = new Object();
    private Optional<TlsPump> pump = Optional.empty();
    /** What the engine or the ClientHello could not be made for; told to whoever needs it. */
    private volatile Throwable failure;

    private volatile boolean done;

    /**
     * Nothing is made yet.
     *
     * @param start makes the pump around a new engine
     */
    EarlyHello(TlsStart start) {
        this.start = start;
    }

    @Override
    public void run() {
        synchronized (making) {
            if (done) {
                return;
            }
            try {
                pump().prepare();
            } catch (SSLException | RuntimeException | Error e) {
                failure = e;
            }
            done = true;
        }
    }

    /** Whether the ClientHello is there, or could not be made. */
    boolean done() {
        return done;
    }

    /** The pump, whose ClientHello may not be there yet; not to be used before it is {@link #done}. */
    synchronized TlsPump pump() {
        if (pump.isEmpty()) {
            requireEngine();
            try {
                pump = Optional.of(start.pump());
            } catch (RuntimeException | Error e) {
                failure = e;
                throw e;
            }
        }
        return pump.get();
    }

    /**
     * Makes the ClientHello or waits for the thread that does.
     *
     * @throws SSLException if the engine cannot begin
     */
    void require() throws SSLException {
        run();
        if (failure instanceof SSLException why) {
            throw why;
        }
        requireEngine();
    }

    private void requireEngine() {
        if (failure instanceof RuntimeException why) {
            throw why;
        }
        if (failure instanceof Error why) {
            throw why;
        }
    }
}
