package dev.starttls.core.upgrade;

import dev.starttls.core.tls.TlsPump;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;

/**
 * A client's engine and its ClientHello, made by another thread while the connection's own talks in plaintext. Whoever
 * needs it first and finds that nobody has begun makes it: a thread that never comes is waited for by nobody.
 */
final class EarlyHello implements Runnable {

    private final FutureTask<TlsPump> engine;
    private final FutureTask<TlsPump> hello;

    /**
     * Nothing is made yet.
     *
     * @param start makes the pump around a new engine
     */
    EarlyHello(TlsStart start) {
        this.engine = new FutureTask<>(new Callable<>() {
            @Override
            public TlsPump call() {
                return start.pump();
            }
        });
        this.hello = new FutureTask<>(new Callable<>() {
            @Override
            public TlsPump call() throws Exception {
                TlsPump pump = get(engine);
                pump.prepare();
                return pump;
            }
        });
    }

    @Override
    public void run() {
        engine.run();
        hello.run();
    }

    /** Whether the ClientHello is there, or could not be made. */
    boolean done() {
        return hello.isDone();
    }

    /** The pump, whose ClientHello may not be there yet; not to be used before it is {@link #done}. */
    TlsPump pump() {
        engine.run();
        try {
            return get(engine);
        } catch (SSLException e) {
            throw new IllegalStateException("Expected an engine, got " + e, e);
        }
    }

    /** Makes it or waits for the thread that does; whether it could be made, {@link #require} tells. */
    void await() {
        try {
            require();
        } catch (SSLException | RuntimeException e) {
            // Kept, and told to whoever needs the ClientHello.
            return;
        }
    }

    /**
     * Makes it or waits for the thread that does.
     *
     * @throws SSLException if the engine cannot begin
     */
    void require() throws SSLException {
        run();
        get(hello);
    }

    /** The result of what is done, or is being done by another thread. */
    private static TlsPump get(FutureTask<TlsPump> task) throws SSLException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw told(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What was thrown there, thrown here. */
    private static SSLException told(ExecutionException thrown) {
        if (thrown.getCause() instanceof RuntimeException e) {
            throw e;
        }
        if (thrown.getCause() instanceof Error e) {
            throw e;
        }
        return thrown.getCause() instanceof SSLException e ? e : new SSLException(thrown.getCause());
    }
}
