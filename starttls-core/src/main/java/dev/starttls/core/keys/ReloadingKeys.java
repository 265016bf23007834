package dev.starttls.core.keys;

import java.io.IOException;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * Keys that are replaced while the server runs, as those of an ACME client are every few weeks.
 *
 * <pre>{@code
 * ReloadingKeys keys = ReloadingKeys.of(() -> ServerKeys.pem(Path.of("chain.pem"), Path.of("key.pem")));
 * server.sslContext(keys.context());
 * timer.scheduleAtFixedRate(() -> reload(keys), 1, 1, TimeUnit.HOURS);     // calls keys.reload() and logs what it throws
 * }</pre>
 *
 * <p>{@link #reload} has the loader read the files again. If that fails, the keys in use remain in use. If nothing has
 * changed, nothing happens, and sessions are resumed as before. Otherwise connections that are accepted from then on have
 * the new keys; those accepted before, with their handshakes under way or done, keep the old ones. No session that was made
 * before is resumed then, since it may stand for a client that is no longer trusted: its client's next handshake is a full
 * one.
 *
 * <p>No thread is started and no file is watched: the application decides when to call. Where one of two files has been
 * replaced and the other not yet, the call fails as for any broken file, and the next one finds both. Safe for use by
 * several threads.
 */
public final class ReloadingKeys {

    /** Reads the keys, each time they are to be looked at. */
    @FunctionalInterface
    public interface Loader {

        /**
         * Reads them.
         *
         * @return what is to be used from now on
         * @throws IOException if they cannot be read; what is in use remains so
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
     * @param loader called here, and by each {@link #reload}
     * @return with the keys in use
     * @throws IOException if they cannot be read
     */
    public static ReloadingKeys of(Loader loader) throws IOException {
        Objects.requireNonNull(loader, "loader: expected what loads the keys, got null");
        return new ReloadingKeys(loader, load(loader));
    }

    /**
     * Reads the keys again, on this thread, and uses them if they are others.
     *
     * @return whether they are
     * @throws IOException if they cannot be read; those in use remain so
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
     * @return those that were read last without an error
     */
    public ServerKeys current() {
        return current;
    }

    /**
     * The context, the same at each call, whose engines have the keys in use when they are made. A factory of sockets keeps
     * the keys that it was made with; get another one after a reload.
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
