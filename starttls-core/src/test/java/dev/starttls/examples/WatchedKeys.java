package dev.starttls.examples;

import dev.starttls.core.keys.ReloadingKeys;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.function.Consumer;

/**
 * Reads a server's keys again when something in their folder changes, on a thread of its own. Of two files that are replaced one
 * after the other, the first leaves the keys as they are, and the second brings both.
 *
 * <pre>{@code
 * ReloadingKeys keys = ReloadingKeys.of(() -> ServerKeys.pem(chain, key));
 * new Thread(new WatchedKeys(keys, chain.getParent(), log::info), "keys").start();
 * server.sslContext(keys.context());
 * }</pre>
 */
final class WatchedKeys implements Runnable, AutoCloseable {

    private final ReloadingKeys keys;
    private final WatchService changes;
    private final Consumer<String> log;

    /** Watches from here on: what is changed before it runs is found when it does. */
    WatchedKeys(ReloadingKeys keys, Path folder, Consumer<String> log) throws IOException {
        this.keys = keys;
        this.log = log;
        changes = folder.getFileSystem().newWatchService();
        var unusedKey = folder.register(
                changes,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
    }

    @Override
    public void run() {
        try {
            WatchKey changed;
            do {
                changed = changes.take();
                // Before the files are read: what changes after that is another event.
                var unusedEvents = changed.pollEvents();
                reload();
            } while (changed.reset());
            log.accept("keys are not watched any more: their folder has gone");
        } catch (InterruptedException | ClosedWatchServiceException e) {
            log.accept("keys are not watched any more");
        }
    }

    private void reload() {
        try {
            if (keys.reload()) {
                log.accept("keys reloaded");
            }
        } catch (IOException e) {
            log.accept("keys kept: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        changes.close();
    }
}
