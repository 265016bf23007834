package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import org.apache.commons.net.SocketClient;
import org.apache.commons.net.imap.IMAPSClient;
import org.apache.commons.net.pop3.POP3SClient;
import org.apache.commons.net.smtp.SMTPReply;
import org.apache.commons.net.smtp.SMTPSClient;

/** Commons Net, with its name check, which is off by default. */
final class CommonsNetClient implements UpgradeClient {

    private final SmallSegments segments;

    CommonsNetClient(SmallSegments segments) {
        this.segments = segments;
    }

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        return switch (target.protocol()) {
            case SMTP -> smtp(target, tls, version);
            case IMAP -> imap(target, tls, version);
            case POP3 -> pop3(target, tls, version);
        };
    }

    private Closeable smtp(SessionTarget target, ClientTls tls, String version) throws IOException {
        SMTPSClient client = new SMTPSClient(target.implicit(), tls.context());
        client.setEndpointCheckingEnabled(true);
        client.setEnabledProtocols(new String[] {version});
        return connected(client, target, () -> {
            require(client, SMTPReply.isPositiveCompletion(client.getReplyCode()));
            require(client, SMTPReply.isPositiveCompletion(client.sendCommand("EHLO", "[127.0.0.1]")));
            if (!target.implicit()) {
                require(client, client.execTLS());
                require(client, SMTPReply.isPositiveCompletion(client.sendCommand("EHLO", "[127.0.0.1]")));
            }
        });
    }

    private Closeable imap(SessionTarget target, ClientTls tls, String version) throws IOException {
        IMAPSClient client = new IMAPSClient(target.implicit(), tls.context());
        client.setEndpointCheckingEnabled(true);
        client.setEnabledProtocols(new String[] {version});
        return connected(client, target, () -> {
            if (!target.implicit()) {
                require(client, client.execTLS());
                require(client, client.capability());
            }
        });
    }

    private Closeable pop3(SessionTarget target, ClientTls tls, String version) throws IOException {
        POP3SClient client = new POP3SClient(target.implicit(), tls.context());
        client.setEndpointCheckingEnabled(true);
        client.setEnabledProtocols(new String[] {version});
        return connected(client, target, () -> {
            if (!target.implicit()) {
                require(client, client.execTLS());
            }
            require(client, client.capa());
        });
    }

    @FunctionalInterface
    private interface Conversation {
        void hold() throws IOException;
    }

    private Closeable connected(SocketClient client, SessionTarget target, Conversation conversation)
            throws IOException {
        try {
            client.setSocketFactory(segments.factory());
            client.connect(target.host(), target.port());
            conversation.hold();
            return client::disconnect;
        } catch (IOException | RuntimeException e) {
            client.disconnect();
            throw e;
        }
    }

    private static void require(SocketClient client, boolean positive) throws IOException {
        if (!positive) {
            throw new IOException("Expected a positive reply from " + client.getRemoteAddress());
        }
    }
}
