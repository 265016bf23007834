package dev.starttls.examples;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** A server for the examples to speak to, on its own thread, and clients of it that trust it. */
final class ExampleServer implements AutoCloseable {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext CLIENT = CERTIFICATES.client();

    private final UpgradeLoop loop;
    private final ServerSocketChannel listening;

    ExampleServer(int maxConnections) throws IOException {
        loop = UpgradeLoop.open(maxConnections, Runnable::run);
        Thread thread = new Thread(loop, "example server");
        thread.setDaemon(true);
        thread.start();
        SmtpTransaction mail = new SmtpTransaction(
                envelope -> new SmtpDataReceiver() {
                    @Override
                    public void line(String line) {}

                    @Override
                    public SmtpReply end() {
                        return SmtpReply.of(250, "2.0.0 Taken");
                    }
                },
                100_000);
        listening = SmtpServer.named("mx.example.org", mail)
                .extensions(mail.extensions())
                .sslContext(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)))
                .listen(loop, Loopback.anyPort());
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listening.getLocalAddress();
    }

    SmtpClient client() throws IOException {
        return SmtpClient.to("localhost", address().getPort()).sslContext(CLIENT);
    }

    @Override
    public void close() {
        loop.closeNow();
        loop.stopped().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
