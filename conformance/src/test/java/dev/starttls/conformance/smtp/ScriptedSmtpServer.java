package dev.starttls.conformance.smtp;

import dev.starttls.conformance.embedded.Authority;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/** An SMTP server on a loopback port, right but for its {@linkplain Habit habits}. A thread a connection. */
final class ScriptedSmtpServer implements Closeable {
    static final Authority AUTHORITY = Authority.create();
    private static final SSLContext CONTEXT = AUTHORITY.serverContext("localhost");

    private final ServerSocket listener;
    private final Scheme scheme;
    private final Set<Habit> habits = EnumSet.noneOf(Habit.class);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private ScriptedSmtpServer(ServerSocket listener, Scheme scheme, Collection<Habit> habits) {
        this.listener = listener;
        this.scheme = scheme;
        this.habits.addAll(habits);
    }

    static ScriptedSmtpServer start(Scheme scheme, Collection<Habit> habits) throws IOException {
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ScriptedSmtpServer server = new ScriptedSmtpServer(listener, scheme, habits);
        daemon("scripted server", server::accept);
        return server;
    }

    Target target() {
        return new Target(scheme, "localhost", listener.getLocalPort());
    }

    boolean is(Habit habit) {
        return habits.contains(habit);
    }

    boolean implicitTls() {
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
                        new ScriptedSmtpSession(this, socket).serve();
                    } catch (IOException e) {
                        // The checks break connections; a server must live with it.
                    } finally {
                        open.remove(socket);
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Stops, as a server that crashed. */
    void die() {
        close();
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
