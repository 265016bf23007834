package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the heap of idle connections of a server, in a JVM of its own with a small heap: its clients have completed
 * a handshake, sent one command and read its answer.
 */
final class IdleServer {

    private static final int WARM_UP = 100;
    private static final int COLLECTIONS = 4;
    private static final int GREETING_OCTETS = "220 localhost ESMTP\r\n".length();

    private IdleServer() {}

    /**
     * Arguments: the server ({@code SMTP_LOOP} or a {@link Library}), the number of clients, and the key store; prints
     * the bytes.
     */
    public static void main(String[] args) throws Exception {
        String contestant = args[0];
        int clients = Integer.parseInt(args[1]);
        Contexts contexts = Contexts.of(Path.of(args[2]));
        boolean loop = contestant.equals("SMTP_LOOP");
        try (ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Process process =
                    clients(listening, clients, (loop ? GREETING_OCTETS : 0) + IdleClients.answerOctets(), args[2]);
            try (BufferedReader complete = process.inputReader()) {
                Serving serving = loop
                        ? new Loop(listening, contexts, WARM_UP + clients)
                        : new Links(listening, Library.valueOf(contestant), contexts);
                serving.serve(WARM_UP);
                await(complete);
                long before = used();
                process.getOutputStream().write('\n');
                process.getOutputStream().flush();
                serving.serve(clients);
                await(complete);
                long after = used();
                serving.check();
                System.out.println((after - before) / (double) clients);
            } finally {
                process.destroy();
                process.waitFor();
            }
        }
        // Loops of peers may run on.
        System.exit(0);
    }

    private static Process clients(ServerSocketChannel listening, int count, int answer, String keys)
            throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx768m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        IdleClients.class.getName(),
                        Integer.toString(listening.socket().getLocalPort()),
                        Integer.toString(WARM_UP),
                        Integer.toString(count),
                        Integer.toString(answer),
                        keys)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void await(BufferedReader complete) throws IOException {
        if (complete.readLine() == null) {
            throw new EOFException("Expected all clients to read their answers, but they have ended");
        }
    }

    private static long used() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    /** Serves clients, and keeps them. */
    private interface Serving {

        void serve(int clients) throws IOException;

        /** Checks that all of them are still connected. */
        void check() throws IOException;
    }

    /** The floor, or a library that hands connections to the application once they are inside TLS. */
    private static final class Links implements Serving {

        private final ServerSocketChannel listening;
        private final Library library;
        private final EngineSource engines;
        private final Library.Linker linker;
        private final List<SocketChannel> sockets = new ArrayList<>();
        private final List<Link> idle = new ArrayList<>();
        private final EngineChannel.Buffers buffers = EngineChannel.Buffers.allocate();

        Links(ServerSocketChannel listening, Library library, Contexts contexts) throws Exception {
            this.listening = listening;
            this.library = library;
            this.engines = EngineKind.JDK.source(contexts, Role.SERVER);
            this.linker = library.linker(Role.SERVER, engines);
        }

        @Override
        public void serve(int clients) throws IOException {
            for (int i = 0; i < clients; i++) {
                SocketChannel socket = listening.accept();
                // Without it the answer after the handshake would wait for a delayed acknowledgement: 40 ms each,
                // except with Netty.
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Link link = link(socket);
                link.receive(IdleClients.commandOctets());
                link.send(IdleClients.answerOctets(), IdleClients.answerOctets());
                sockets.add(socket);
                idle.add(link);
            }
        }

        @Override
        public void check() throws IOException {
            long open = sockets.stream().filter(SocketChannel::isOpen).count();
            if (open != idle.size()) {
                throw new IOException("Expected " + idle.size() + " open connections, got " + open);
            }
        }

        private Link link(SocketChannel socket) throws IOException {
            if (library != Library.FLOOR) {
                return linker.link(socket);
            }
            // The floor keeps one set of buffers for all connections, because they are used in turn.
            EngineChannel inside = new EngineChannel(socket, Library.engine(Role.SERVER, engines), buffers);
            inside.handshake();
            return new ByteChannelLink(inside);
        }
    }

    /** This library's loop serving SMTP: dialogues, deadlines and keys are there too. */
    private static final class Loop implements Serving {

        private final UpgradeLoop loop;
        private int served;

        Loop(ServerSocketChannel listening, Contexts contexts, int max) throws Exception {
            loop = UpgradeLoop.open(max, Runnable::run);
            SmtpServer server = SmtpServer.named(
                            "localhost", (command, session) -> new SmtpAnswer.Reply(SmtpReply.of(502, "5.5.1 No")))
                    .policy(TlsPolicy.IMPLICIT)
                    .sslContext(contexts.server());
            DaemonThreads.start("loop", loop);
            loop.listen(listening, server::connection, channel -> {}).join();
        }

        @Override
        public void serve(int more) {
            served += more;
        }

        @Override
        public void check() throws IOException {
            if (loop.underway() != served) {
                throw new IOException("Expected " + served + " connections, got " + loop.underway());
            }
        }
    }
}
