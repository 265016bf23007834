package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import javax.net.ssl.SSLContext;
import org.apache.commons.net.smtp.SMTP;
import org.apache.commons.net.smtp.SMTPReply;
import org.apache.commons.net.smtp.SMTPSClient;

/** Commons Net, with its name check, which is off unless asked for. */
final class CommonsNetClient implements UpgradeClient {

    @Override
    public Closeable upgrade(int port, SSLContext context, String version) throws IOException {
        SMTPSClient client = new SMTPSClient(false, context);
        try {
            client.setEndpointCheckingEnabled(true);
            client.setEnabledProtocols(new String[] {version});
            client.connect("localhost", port);
            require(client, SMTPReply.isPositiveCompletion(client.getReplyCode()));
            require(client, SMTPReply.isPositiveCompletion(client.sendCommand("EHLO", "[127.0.0.1]")));
            require(client, client.execTLS());
            require(client, SMTPReply.isPositiveCompletion(client.sendCommand("EHLO", "[127.0.0.1]")));
            return client::disconnect;
        } catch (IOException | RuntimeException e) {
            client.disconnect();
            throw e;
        }
    }

    private static void require(SMTP client, boolean positive) throws IOException {
        if (!positive) {
            throw new IOException("Expected a positive reply, got " + client.getReplyString());
        }
    }
}
