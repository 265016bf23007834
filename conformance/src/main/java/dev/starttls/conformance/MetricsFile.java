package dev.starttls.conformance;

import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.conformance.target.UnwritableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A file for the textfile collector of Prometheus's node exporter, which must never see half of it. */
final class MetricsFile implements Metrics {
    private static final int SECONDS_BETWEEN_WRITES = 5;

    private final Path file;
    private final Path next;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(new DaemonThreadFactory("metrics"));
    private Runnable write = () -> {};

    MetricsFile(Path file) {
        this.file = file;
        this.next = file.resolveSibling(file.getFileName() + ".next");
    }

    @Override
    public synchronized void publish(Supplier<String> counts, Consumer<IOException> lost, Consumer<Throwable> fault) {
        write = () -> {
            try {
                write(counts.get());
            } catch (IOException e) {
                lost.accept(new IOException("cannot write " + UnwritableFile.reason(file, e), e));
            } catch (RuntimeException | Error e) {
                fault.accept(e);
            }
        };
        // Its last write ends by itself.
        var unused = timer.scheduleWithFixedDelay(write, 0, SECONDS_BETWEEN_WRITES, TimeUnit.SECONDS);
    }

    /**
     * Replaces the contents.
     *
     * @throws IOException if the file or its folder cannot be written
     */
    synchronized void write(String text) throws IOException {
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public synchronized void close() {
        timer.shutdown();
        write.run();
    }
}
