package dev.starttls.core.testing;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.UpgradeLoop;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A loop on its own thread during each test: a field with {@code @RegisterExtension}. */
public final class LoopExtension implements BeforeEachCallback, AfterEachCallback {

    private static final int MAX_CONNECTIONS = 100;

    private final LinkedBlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
    private UpgradeLoop loop;
    private Thread thread;

    /** The loop. */
    public UpgradeLoop loop() {
        return loop;
    }

    /** What the loop's thread threw. */
    public LinkedBlockingQueue<Throwable> uncaught() {
        return uncaught;
    }

    /** Serves on the loopback interface until the test ends, and returns the port. */
    public int listen(ServerSetup<?> server) throws IOException {
        return server.listen(loop, Loopback.anyPort()).socket().getLocalPort();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        loop = UpgradeLoop.open(MAX_CONNECTIONS, Runnable::run);
        thread = new Thread(loop, "loop");
        thread.setUncaughtExceptionHandler((where, thrown) -> uncaught.add(thrown));
        thread.start();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        loop.closeNow();
        loop.stopped().get(30, TimeUnit.SECONDS);
        thread.join();
    }
}
