package dev.starttls.core.keys;

import java.io.IOException;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * Keys that can be replaced while the server runs, as an ACME client does every few weeks.
 *
 * <pre>{@code
 * ReloadingKeys keys = ReloadingKeys.of(() -> ServerKeys.pem(Path.of("chain.pem"), Path.of("key.pem")));
 * server.sslContext(keys.context());
 * timer.scheduleAtFixedRate(() -> reload(keys), 1, 1, TimeUnit.HOURS);     // calls keys.reload() and logs what it throws
 * }</pre>
 *
 * <p>{@link #reload} calls the loader to read the files again. If that fails, the keys in use remain in use. If nothing has
 * changed, nothing happens, and sessions are resumed as before. Otherwise connections that are accepted from then on have
 * the new keys; those accepted before, during or after their handshakes, keep the old ones. Sessions from before are not
 * resumed, since they may be those of clients that are no longer trusted: the next handshake of each client is a full one.
 *
 * <p>No thread is started and no file is watched: the application decides when to call. If one of two files has been replaced
 * and the other not yet, the call fails as it does for a damaged file, and a later one finds both. Safe for use by several
 * threads.
 */
public final class ReloadingKeys {

    /** Reads the keys, at each {@link #reload}. */
    @FunctionalInterface
    public interface Loader {

        /**
         * Reads the keys.
         *
         * @return the keys to be used from now on
         * @throws IOException if they cannot be read; the keys in use remain so
         */
        ServerKeys load() throws IOException;
    }

    private final Loader loader;
    private final ReloadableContext context;
    private volatile ServerKeys current;

    private ReloadingKeys(Loader loader, ServerKeys first) {
        this.loader = loader;
        current = first;
        context = new ReloadableContext(first.context());
    }

    /**
     * Reads keys for the first time.
     *
     * @param loader called now, and by each {@link #reload}
     * @return an object with the keys in use
     * @throws IOException if they cannot be read
     */
    public static ReloadingKeys of(Loader loader) throws IOException {
        Objects.requireNonNull(loader, "loader: expected a loader of keys, got null");
        return new ReloadingKeys(loader, load(loader));
    }

    /**
     * Reads the keys again, on this thread, and uses them if they have changed.
     *
     * @return whether they have changed
     * @throws IOException if they cannot be read; the keys in use remain so
     */
    public synchronized boolean reload() throws IOException {
        ServerKeys loaded = load(loader);
        if (loaded.equals(current)) {
            return false;
        }
        context.replace(loaded.context());
        current = loaded;
        return true;
    }

    /**
     * The keys in use.
     *
     * @return the last ones that were read without an error
     */
    public ServerKeys current() {
        return current;
    }

    /**
     * The context, always the same, whose engines have the keys that are in use when they are made. A socket factory keeps the
     * keys that it was made with; get a new one after a reload.
     *
     * @return initialised
     */
    public SSLContext context() {
        return context;
    }

    private static ServerKeys load(Loader loader) throws IOException {
        return Objects.requireNonNull(loader.load(), "loader: expected it to return keys, got null");
    }
}
