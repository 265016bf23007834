package dev.starttls.core.hosts.file;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.RecentTlsUses;
import dev.starttls.core.hosts.TlsHistory;
import dev.starttls.core.hosts.TlsUse;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A history in a file, which lasts longer than the process, and which several processes may use at once.
 *
 * <pre>{@code
 * TlsHistoryFile history = TlsHistoryFile.open(Path.of("/var/lib/mail/tls-history"), 10_000, skipped -> log(skipped));
 * SmtpClient.to("mx.example.org", 25).policy(TlsPolicy.OPPORTUNISTIC).blockDowngrades(history).connect();
 * history.flush();    // now and then, by a thread that may block
 * history.close();    // once no connection uses it
 * }</pre>
 *
 * <p>{@link #recall}, {@link #used} and {@link #forget} work in memory and never wait for the file: loops may call them. {@link #flush}
 * writes what has changed, and reads what other processes have written; until then, they know nothing of one another's changes, and what
 * was not flushed is lost with the process: the file then remembers less. Nothing here starts a thread; a timer of the application
 * may call {@link #flush}.
 *
 * <p>The file has one line for each service, in ASCII: protocol, host, port, the times of the first and the last use, the
 * version, the hash of the key, and the capabilities that were offered. It is written anew, as a file beside it that is forced to
 * the disk and then takes its place in one step, so that each reader sees all of the old or all of the new one, after a crash too. On
 * POSIX it is readable by its owner alone. Processes take turns by a lock of another file beside it ({@code .lock}), which stays. A line
 * that cannot be read is reported and left out, and is gone once the file is written: whoever can write to the file decides about
 * TLS anyway.
 *
 * <p>What holds for {@link TlsHistory#inMemory} when it is full holds here.
 */
public final class TlsHistoryFile implements TlsHistory, Closeable {

    /**
     * A line that was left out.
     *
     * @param number in the file, from 1
     * @param line its beginning, of at most 200 characters, control characters replaced
     * @param reason what was expected and what came
     */
    public record SkippedLine(int number, String line, String reason) {}

    /** One flush in this process at a time: locks of files are those of processes. */
    private static final Object FLUSHING = new Object();

    private final Path file;
    private final Path lock;
    private final int max;
    private final Consumer<SkippedLine> skipped;

    /** Guarded by the monitor of this, as is what follows. */
    private RecentTlsUses uses;
    /** Since the last flush; an empty one was forgotten. */
    private Map<HostService, Change> changes = new LinkedHashMap<>();

    private boolean closed;

    /** What has become of a service: it was forgotten, or was used, or the one and then the other. */
    private record Change(boolean forgotten, Optional<TlsUse> use) {

        Change used(TlsUse later) {
            return new Change(forgotten, Optional.of(use.map(later::following).orElse(later)));
        }

        void applyTo(TlsHistory history, HostService service) {
            if (forgotten) {
                history.forget(service);
            }
            use.ifPresent(now -> history.used(service, now));
        }
    }

    private TlsHistoryFile(Path file, int max, Consumer<SkippedLine> skipped) {
        this.file = file;
        this.lock = file.resolveSibling(file.getFileName() + ".lock");
        this.max = max;
        this.skipped = skipped;
        this.uses = TlsHistory.inMemory(max);
    }

    /**
     * Opens a history and reads it.
     *
     * @param file that has it, or is to have it; its folder exists
     * @param services the maximum number, at least 1; see {@link TlsHistory#inMemory}
     * @param skipped called with each line that cannot be read, by the thread that opens or flushes; should not throw
     * @return the history
     * @throws IOException if the file cannot be read: to go on without it would be to forget all
     * @throws IllegalArgumentException if {@code services} is less than 1
     */
    public static TlsHistoryFile open(Path file, int services, Consumer<SkippedLine> skipped) throws IOException {
        Objects.requireNonNull(file, "file: expected a path, got null");
        Objects.requireNonNull(skipped, "skipped: expected what hears of skipped lines, got null; try line -> {}");
        Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        TlsHistoryFile history = new TlsHistoryFile(real, services, skipped);
        history.uses = history.read();
        return history;
    }

    @Override
    public synchronized Optional<TlsUse> recall(HostService service) {
        return uses.recall(service);
    }

    /** As {@link TlsHistory#used}. After {@link #close} it is remembered in this process alone. */
    @Override
    public synchronized void used(HostService service, TlsUse use) {
        uses.used(service, use);
        Change before = changes.remove(service);
        note(service, (before == null ? new Change(false, Optional.empty()) : before).used(use));
    }

    @Override
    public synchronized void forget(HostService service) {
        uses.forget(service);
        changes.remove(service);
        note(service, new Change(true, Optional.empty()));
    }

    /**
     * All that is remembered, by this process and as of the last flush by others.
     *
     * @return as {@link RecentTlsUses#uses}
     */
    public synchronized Map<HostService, TlsUse> uses() {
        return uses.uses();
    }

    /**
     * Writes what has changed since the last flush, and reads what other processes have written. Blocks for the file, and for other
     * processes that flush; not for the threads that drive connections. Nothing is written if nothing has changed.
     *
     * @throws IOException if that fails: the file is then as it was, and what has changed is kept for the next flush
     */
    public void flush() throws IOException {
        synchronized (FLUSHING) {
            Map<HostService, Change> flushed = takeChanges();
            boolean written = false;
            try {
                RecentTlsUses merged = exchange(flushed);
                written = true;
                replace(merged);
            } finally {
                if (!written) {
                    giveBack(flushed);
                }
            }
        }
    }

    /**
     * Flushes, and writes nothing from then on. Closing again has no effect.
     *
     * @throws IOException as {@link #flush}; it may be closed again then
     */
    @Override
    public void close() throws IOException {
        if (open()) {
            flush();
            end();
        }
    }

    /** One line for people. */
    @Override
    public synchronized String toString() {
        return "TlsHistoryFile[" + file + ", " + uses.uses().size() + " of " + max + " services, " + changes.size()
                + " to be written" + (closed ? ", closed" : "") + "]";
    }

    /** Of services that are not remembered any more, a use is not kept either: so there are no more of them than of those. */
    private void note(HostService service, Change change) {
        if (closed) {
            return;
        }
        changes.put(service, change);
        if (changes.size() > 2L * max) {
            Set<HostService> remembered = uses.uses().keySet();
            changes.entrySet().removeIf(noted -> !noted.getValue().forgotten() && !remembered.contains(noted.getKey()));
        }
    }

    private synchronized boolean open() {
        return !closed;
    }

    private synchronized void end() {
        closed = true;
        changes.clear();
    }

    private synchronized Map<HostService, Change> takeChanges() {
        Map<HostService, Change> taken = changes;
        changes = new LinkedHashMap<>();
        return taken;
    }

    /** Those that came meanwhile follow. */
    private synchronized void giveBack(Map<HostService, Change> taken) {
        changes.forEach((service, later) -> {
            Change before = taken.remove(service);
            boolean follows = before != null && !later.forgotten();
            taken.put(service, follows ? before.used(later.use().orElseThrow()) : later);
        });
        changes = taken;
    }

    private synchronized void replace(RecentTlsUses merged) {
        changes.forEach((service, change) -> change.applyTo(merged, service));
        uses = merged;
    }

    /** What the file has and what has changed, together, and in the file. */
    private RecentTlsUses exchange(Map<HostService, Change> flushed) throws IOException {
        if (flushed.isEmpty()) {
            return read();
        }
        try (FileChannel turns = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Until the channel is closed.
            var unusedTurn = turns.lock();
            RecentTlsUses merged = read();
            flushed.forEach((service, change) -> change.applyTo(merged, service));
            List<String> lines = new ArrayList<>();
            merged.uses().forEach((service, use) -> lines.add(TlsHistoryLine.of(service, use)));
            HistoryLines.write(file, lines);
            return merged;
        } catch (OverlappingFileLockException e) {
            throw new IOException(
                    lock
                            + ": expected the lock to be free in this process, but a copy of this class holds it; flush again",
                    e);
        }
    }

    private RecentTlsUses read() throws IOException {
        RecentTlsUses read = TlsHistory.inMemory(max);
        HistoryLines.read(file, (number, line) -> {
            try {
                TlsHistoryLine parsed = TlsHistoryLine.parse(line);
                read.used(parsed.service(), parsed.use());
            } catch (IllegalArgumentException e) {
                skipped.accept(new SkippedLine(number, HistoryLines.printable(line), String.valueOf(e.getMessage())));
            }
        });
        return read;
    }
}
