package dev.starttls.smtp;

import dev.starttls.core.nio.HandlerServer;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/**
 * The upgrading front of an SMTP server (RFC 3207): everything but the upgrade is its author's {@link SmtpHandler}.
 *
 * <pre>{@code
 * SmtpTransaction mail = new SmtpTransaction(delivery, 10_485_760);
 * SmtpServer server = SmtpServer.named("mail.example.org", mail).extensions(mail.extensions()).sslContext(context);
 * server.listen(loop, new InetSocketAddress(587));     // or server.serve(acceptedChannel), one thread each
 * }</pre>
 *
 * <p>A server that other servers send mail to, on port 25, must not require TLS of them (RFC 3207 section 4): it has {@link
 * TlsPolicy#OPPORTUNISTIC}.
 *
 * <p>Under {@link TlsPolicy#IMPLICIT} it speaks TLS from the first octet, as port 465 wants it (RFC 8314 section 3.3).
 */
public final class SmtpServer extends HandlerServer<SmtpServer, SmtpHandler> {

    private SmtpServer(String host, SmtpHandler handler) {
        super(host, handler);
    }

    /**
     * A server under {@link TlsPolicy#REQUIRED}, without a certificate yet.
     *
     * @param host what it calls itself: printable characters of ASCII without a space
     * @param handler answers the commands; called by the threads that serve
     * @return a server to be given an SSL context
     * @throws IllegalArgumentException if the host could not be sent as one
     * @throws NullPointerException if one of them is null
     */
    public static SmtpServer named(String host, SmtpHandler handler) {
        return new SmtpServer(host, handler).announcing(List.of());
    }

    /**
     * What it announces besides STARTTLS.
     *
     * @param extensions a keyword with its parameters each; AUTH and REQUIRETLS are announced inside TLS only
     * @throws IllegalArgumentException if one could not be announced, or may not be
     */
    public SmtpServer extensions(List<String> extensions) {
        return announcing(extensions);
    }

    @Override
    protected Dialogue dialogue(TlsPolicy policy, String host, SmtpHandler handler, List<String> extensions) {
        return new SmtpServerDialogue(host, policy, handler, extensions);
    }

    @Override
    protected SmtpServer self() {
        return this;
    }
}
