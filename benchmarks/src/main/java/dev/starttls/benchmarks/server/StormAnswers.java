package dev.starttls.benchmarks.server;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.RealTimePriority;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.smtp.SmtpConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a client inside TLS waits for its answers while others upgrade on the same loop; and how long one waits at
 * the same time on an otherwise idle loop in the same process, which is caused by the machine, and is the floor.
 *
 * <p>To measure, this process has a higher priority than that of the storm's clients, which in reality have machines of their own.
 * Beside another program that never waits, clients of such a priority hardly run.
 */
final class StormAnswers implements AutoCloseable {

    /** The interval between commands in milliseconds. */
    private static final double ASKED_EVERY = 2;

    private static final byte[] NOOP = "NOOP\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Contexts contexts;
    private final StormServer stormy;
    private final StormServer calm;
    private final Path keys = Files.createTempFile("storm", ".p12");
    private final Process process;
    private final ExecutorService asking = Executors.newFixedThreadPool(2);

    /** The command that starts the clients' process with the priority that it is to have. */
    interface Priority {
        List<String> of(List<String> command) throws IOException;
    }

    StormAnswers(Contexts contexts, Executor tasks, Priority priority) throws Exception {
        this.contexts = contexts;
        contexts.store(keys);
        stormy = new StormServer(contexts, tasks, RealTimePriority::acquire);
        calm = new StormServer(contexts, Runnable::run, RealTimePriority::acquire);
        process = new ProcessBuilder(priority.of(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StormClients.class.getName(),
                        Integer.toString(stormy.port()),
                        keys.toString())))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /**
     * Waits, in milliseconds, the shortest first.
     *
     * @param storm on the loop on which the others upgrade
     * @param floor on the other one
     */
    record Waits(List<Double> storm, List<Double> floor) {}

    /** Makes this number of upgrades without measuring waits. */
    void warmUp(int atOnce) throws Exception {
        storm(atOnce);
        calm();
    }

    Waits measure(int atOnce) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (StormClients clients = new StormClients(contexts);
                SmtpConnection inStorm = clients.client(stormy.port()).connect();
                SmtpConnection inCalm = clients.client(calm.port()).connect()) {
            Future<List<Double>> storm = asking.submit(() -> ask(inStorm.channel(), over));
            Future<List<Double>> floor = asking.submit(() -> ask(inCalm.channel(), over));
            try {
                storm(atOnce);
            } finally {
                over.set(true);
            }
            Waits waits = new Waits(storm.get(), floor.get());
            calm();
            return waits;
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        asking.shutdownNow();
        stormy.close();
        calm.close();
        Files.deleteIfExists(keys);
    }

    private void storm(int atOnce) throws IOException {
        request(Integer.toString(atOnce), StormClients.UPGRADED);
    }

    private void calm() throws IOException {
        request("close", StormClients.CLOSED);
    }

    private void request(String order, String expected) throws IOException {
        process.outputWriter().append(order).append("\n").flush();
        String said = process.inputReader().readLine();
        if (!expected.equals(said)) {
            throw new IOException("Expected the clients of the storm to say '" + expected + "', got " + said);
        }
    }

    private static List<Double> ask(StartTlsChannel channel, AtomicBoolean over) throws IOException {
        RealTimePriority.acquire();
        List<Double> waits = new ArrayList<>();
        ByteBuffer answer = ByteBuffer.allocate(512);
        do {
            long before = System.nanoTime();
            channel.write(ByteBuffer.wrap(NOOP));
            answer.clear();
            do {
                if (channel.read(answer) < 0) {
                    throw new IOException("Expected an answer, got the end");
                }
            } while (answer.get(answer.position() - 1) != '\n');
            // A waiting client sends no commands meanwhile: those that it would have sent have waited too.
            for (double wait = (System.nanoTime() - before) / 1e6; wait > 0; wait -= ASKED_EVERY) {
                waits.add(wait);
            }
            LockSupport.parkNanos((long) (ASKED_EVERY * 1e6));
        } while (!over.get());
        return waits.stream().sorted().toList();
    }
}
