package dev.starttls.conformance.session;

import dev.starttls.conformance.embedded.Authority;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;

/** A server on a loopback port, correct except for its faults. One thread per connection. */
public final class ScriptedServer implements Closeable {
    public static final Authority AUTHORITY = Authority.create();
    private static final SSLContext CONTEXT = AUTHORITY.serverContext("localhost");

    private final ServerSocket listener;
    private final Scheme scheme;
    private final Script script;
    private final Set<Fault> faults;
    private final AtomicBoolean upgraded = new AtomicBoolean();
    private final Set<Long> loggedIn = ConcurrentHashMap.newKeySet();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Thread acceptor = daemon("scripted server", this::accept);

    private ScriptedServer(ServerSocket listener, Scheme scheme, Script script, Collection<? extends Fault> faults) {
        this.listener = listener;
        this.scheme = scheme;
        this.script = script;
        this.faults = Set.copyOf(faults);
    }

    /** One session, from connection to end. */
    @FunctionalInterface
    public interface Script {
        void serve(ScriptedServer server, Socket socket) throws IOException;
    }

    public static ScriptedServer start(Scheme scheme, Script script, Collection<? extends Fault> faults)
            throws IOException {
        return start(scheme, script, faults, InetAddress.getLoopbackAddress());
    }

    public static ScriptedServer start(
            Scheme scheme, Script script, Collection<? extends Fault> faults, InetAddress address) throws IOException {
        ServerSocket listener = new ServerSocket(0, 50, address);
        ScriptedServer server = new ScriptedServer(listener, scheme, script, faults);
        server.acceptor.start();
        return server;
    }

    public Target target() {
        InetAddress address = listener.getInetAddress();
        String host = address.equals(InetAddress.getLoopbackAddress()) ? "localhost" : address.getHostAddress();
        return new Target(scheme, host, listener.getLocalPort());
    }

    public boolean is(Fault fault) {
        return faults.contains(fault);
    }

    /** True once: no client but the first is made to wait. */
    boolean firstUpgrade() {
        return !upgraded.getAndSet(true);
    }

    /** The TLS sessions in which somebody has logged in, by the time at which they were made. */
    Set<Long> loggedIn() {
        return loggedIn;
    }

    public boolean implicitTls() {
        return scheme.implicitTls();
    }

    SSLContext context() {
        return CONTEXT;
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                daemon("scripted session", () -> {
                            try (socket) {
                                socket.setTcpNoDelay(true);
                                script.serve(this, socket);
                            } catch (IOException e) {
                                // The checks break connections; a server must live with it.
                            } finally {
                                open.remove(socket);
                            }
                        })
                        .start();
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Stops, as a server that crashed. */
    public void die() {
        close();
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        try {
            listener.close();
            // The port is open until the thread that waits for connections there has woken up.
            acceptor.join();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
