package dev.starttls.examples;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Serves one client, of a program that we did not write, by a dialogue of the examples. */
final class ExampleListener implements AutoCloseable {

    /** What the server does once the dialogue is over. */
    @FunctionalInterface
    interface Application {
        void serve(StartTlsChannel channel) throws IOException;
    }

    private final ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort());
    private final CompletableFuture<Void> served;

    ExampleListener(TlsPolicy policy, Dialogue dialogue, Application application) throws IOException {
        served = CompletableFuture.runAsync(() -> {
            try (SocketChannel accepted = listening.accept();
                    StartTlsChannel channel =
                            StartTlsChannel.over(accepted, ExampleConnections.server(policy, dialogue))) {
                channel.upgrade();
                application.serve(channel);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The authority that its certificate is of, as a file. */
    static String authority(Path folder) throws IOException {
        Path file = folder.resolve("authority.pem");
        return Files.exists(file)
                ? file.toString()
                : PemFiles.write(file, List.of(TestCertificates.shared().root()))
                        .toString();
    }

    String port() {
        return Integer.toString(listening.socket().getLocalPort());
    }

    /** Waits until the client is served; throws what its session has thrown. */
    void await() throws InterruptedException {
        try {
            served.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("Expected a client that is served, got a failure", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("Expected a client within 30 s, got none that ended", e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
