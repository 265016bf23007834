package dev.starttls.benchmarks.flood;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.DaemonThreads;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * Measures how long other clients wait on a loop that hostile peers keep busy. Every wait of the measurement itself has
 * a limit, so that it also ends if the clients starve.
 */
public final class Flood implements AutoCloseable {

    /** The maximum size of a message, which no attacker reaches. */
    private static final long MESSAGE = Long.MAX_VALUE / 2;

    private static final int ROOM_FOR_OTHERS = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int STOPS_IN = 10;

    private final Contexts contexts = new Contexts(KeyKind.EC);
    private final Path keys = Files.createTempFile("starttls-flood", ".p12");
    private final SSLContext trust = contexts.client();
    private final ExecutorService threads = Executors.newCachedThreadPool(DaemonThreads.named("flood"));
    private final Duration each;
    private final Optional<String> cpu;

    /**
     * A measurement.
     *
     * @param each how long one of them takes
     * @param cpu the processors of the attackers, in the format of {@code taskset -c}; empty for any
     * @throws Exception if there is no TLS
     */
    public Flood(Duration each, Optional<String> cpu) throws Exception {
        this.each = each;
        this.cpu = cpu;
        contexts.store(keys);
    }

    /**
     * The result of one measurement.
     *
     * @param waits by what was awaited
     * @param sent octets by all attackers
     * @param left attackers whose connection is still open
     */
    record Result(Map<String, Waits> waits, long sent, int left) {}

    /**
     * Measures.
     *
     * @param attack of which kind
     * @param attackers how many; 0 for a calm loop
     * @return how long others waited
     * @throws Exception if the attackers or the attacked side fail
     */
    Result measure(Attack attack, int attackers) throws Exception {
        ExecutorService tasks = Executors.newFixedThreadPool(1);
        try (UpgradeLoop attacked = loop(attackers, tasks);
                UpgradeLoop others = loop(0, Runnable::run)) {
            try {
                return attack.target() == Attack.AttackedSide.SERVER
                        ? server(attack, attackers, attacked)
                        : clients(attack, attackers, attacked, others);
            } finally {
                stop(attacked);
                stop(others);
            }
        } finally {
            tasks.shutdownNow();
        }
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        Files.deleteIfExists(keys);
    }

    private Result server(Attack attack, int attackers, UpgradeLoop attacked) throws Exception {
        int port = serve(attacked);
        try (SmtpConnection session = client(port).connect();
                Hostile hostile = new Hostile(attack, attackers, port)) {
            hostile.ready();
            hostile.go();
            long end = System.nanoTime() + each.toNanos();
            Map<String, Future<Waits>> waits = new LinkedHashMap<>();
            waits.put("a greeting", threads.submit(() -> HonestClients.greetings(port, end)));
            Future<Waits> answers = threads.submit(() -> HonestClients.answers(session, end));
            waits.put("an answer inside TLS", answers);
            return hostile.result(until(end, waits, session.channel().transport()::close));
        }
    }

    private Result clients(Attack attack, int attackers, UpgradeLoop attacked, UpgradeLoop others) throws Exception {
        int port = serve(others);
        try (Hostile hostile = new Hostile(attack, attackers, 0)) {
            int hostilePort = hostile.port();
            List<CompletableFuture<SmtpConnection>> victims = new ArrayList<>();
            for (int i = 0; i < attackers; i++) {
                victims.add(client(hostilePort).connect(attacked));
            }
            hostile.ready();
            hostile.go();
            long end = System.nanoTime() + each.toNanos();
            SmtpClient client = client(port);
            Map<String, Future<Waits>> waits =
                    Map.of("an upgrade", threads.submit(() -> HonestClients.upgrades(client, attacked, end)));
            Result result = hostile.result(until(end, waits, () -> {}));
            victims.forEach(victim -> victim.cancel(false));
            return result;
        }
    }

    private interface Closing {
        void close() throws IOException;
    }

    private Map<String, Waits> until(long end, Map<String, Future<Waits>> waits, Closing closing) throws Exception {
        long nanos = end - System.nanoTime() + Duration.ofMillis(20).toNanos();
        Future<?> closed = threads.submit(() -> {
            TimeUnit.NANOSECONDS.sleep(nanos);
            closing.close();
            return null;
        });
        Map<String, Waits> result = new LinkedHashMap<>();
        for (Map.Entry<String, Future<Waits>> entry : waits.entrySet()) {
            result.put(entry.getKey(), entry.getValue().get(nanos / 1_000_000 + 10_000, TimeUnit.MILLISECONDS));
        }
        closed.get(10, TimeUnit.SECONDS);
        return result;
    }

    private int serve(UpgradeLoop loop) throws Exception {
        SmtpTransaction transaction = new SmtpTransaction(
                envelope -> new SmtpDataReceiver() {
                    @Override
                    public void line(String line) {
                        // It is discarded.
                    }

                    @Override
                    public SmtpReply end() {
                        return SmtpReply.of(250, "2.0.0 Ok");
                    }
                },
                MESSAGE);
        return SmtpServer.named("localhost", transaction)
                .extensions(transaction.extensions())
                .policy(TlsPolicy.OPPORTUNISTIC)
                .sslContext(contexts.server())
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
    }

    private SmtpClient client(int port) {
        return SmtpClient.to("localhost", port).sslContext(trust).timeout(PATIENCE);
    }

    private static UpgradeLoop loop(int attackers, java.util.concurrent.Executor tasks) throws IOException {
        UpgradeLoop loop = UpgradeLoop.open(attackers + ROOM_FOR_OTHERS, tasks);
        DaemonThreads.start("loop", loop);
        return loop;
    }

    /** To be called when the attackers are gone, because a loop that they keep busy does not end. */
    private static void stop(UpgradeLoop loop) throws InterruptedException, ExecutionException, TimeoutException {
        loop.closeNow();
        loop.stopped().get(STOPS_IN, TimeUnit.SECONDS);
    }

    /** The process of the attackers; without attackers there is no process. */
    private final class Hostile implements AutoCloseable {

        private final Optional<Process> process;
        private boolean going;

        Hostile(Attack attack, int attackers, int port) throws IOException {
            if (attackers == 0) {
                process = Optional.empty();
                return;
            }
            List<String> command = new ArrayList<>();
            cpu.ifPresent(cores -> command.addAll(List.of("taskset", "-c", cores)));
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:ActiveProcessorCount=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Attackers.class.getName(),
                    attack.name(),
                    Integer.toString(attackers),
                    Integer.toString(port),
                    keys.toString()));
            process = Optional.of(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }

        int port() throws Exception {
            return process.isPresent() ? Integer.parseInt(line("port ")) : 0;
        }

        void ready() throws Exception {
            if (process.isPresent()) {
                line("ready");
            }
        }

        void go() throws IOException {
            if (process.isPresent()) {
                process.get().outputWriter().append("go\n").flush();
                going = true;
            }
        }

        /** Ends the flood. */
        Result result(Map<String, Waits> waits) throws Exception {
            if (process.isEmpty()) {
                return new Result(waits, 0, 0);
            }
            process.get().outputWriter().close();
            String[] words = line("sent ").split(" ", -1);
            return new Result(waits, Long.parseLong(words[0]), Integer.parseInt(words[2]));
        }

        @Override
        public void close() {
            process.ifPresent(Process::destroyForcibly);
        }

        private String line(String prefix) throws Exception {
            Callable<String> reading = () -> process.orElseThrow().inputReader().readLine();
            String line;
            try {
                line = threads.submit(reading).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                throw new IOException(
                        "Expected the attackers to say '" + prefix + "' in time, they said nothing"
                                + (going ? "" : "; the attacked side did not let them in"),
                        e);
            }
            if (line == null || !line.startsWith(prefix)) {
                throw new IOException("Expected the attackers to say '" + prefix + "', got " + line);
            }
            return line.substring(prefix.length());
        }
    }
}
