package dev.starttls.pop3;

import dev.starttls.core.nio.HandlerServer;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import java.util.Objects;

/**
 * The upgrading front of a POP3 server (RFC 2595 section 4): everything but the upgrade is its author's {@link Pop3Handler}.
 *
 * <pre>{@code
 * Pop3Maildrop mail = new Pop3Maildrop(login);
 * Pop3Server server = Pop3Server.named("pop.example.org", mail).capabilities(mail.capabilities()).sslContext(context);
 * server.listen(loop, new InetSocketAddress(110));    // or server.serve(acceptedChannel), one thread each
 * }</pre>
 *
 * <p>A client may be silent for as long as {@link dev.starttls.core.upgrade.UpgradeLimits#timePerCommand} has it: 30 minutes
 * unless set by {@link #limits}. RFC 1939 section 3 asks for ten at least.
 *
 * <p>Under {@link TlsPolicy#IMPLICIT} it speaks TLS from the first octet, as port 995 wants it (RFC 8314 section 3.2).
 */
public final class Pop3Server extends HandlerServer<Pop3Server, Pop3Handler> {

    private PlaintextLogin plaintextLogin = PlaintextLogin.REFUSED;

    private Pop3Server(String host, Pop3Handler handler) {
        super(host, handler);
    }

    /**
     * A server under {@link TlsPolicy#REQUIRED}, without a certificate yet.
     *
     * @param host what it calls itself: 1 to 255 printable characters of ASCII without a space
     * @param handler answers the commands; called by the threads that serve
     * @return a server to be given an SSL context
     * @throws IllegalArgumentException if the host could not be sent as one
     * @throws NullPointerException if one of them is null
     */
    public static Pop3Server named(String host, Pop3Handler handler) {
        return new Pop3Server(host, handler).announcing(List.of());
    }

    /**
     * What it announces besides STLS.
     *
     * @param capabilities a tag with its parameters each; USER and SASL are announced only where a login is accepted
     * @throws IllegalArgumentException if one could not be announced, or may not be
     */
    public Pop3Server capabilities(List<String> capabilities) {
        return announcing(capabilities);
    }

    /**
     * What becomes of a login before TLS under {@link TlsPolicy#OPPORTUNISTIC}.
     *
     * @param plaintextLogin {@link PlaintextLogin#REFUSED} unless set
     * @throws NullPointerException if it is null
     */
    public Pop3Server plaintextLogin(PlaintextLogin plaintextLogin) {
        this.plaintextLogin = Objects.requireNonNull(
                plaintextLogin, "plaintextLogin: expected a PlaintextLogin, got null; try PlaintextLogin.REFUSED");
        return this;
    }

    @Override
    protected Dialogue dialogue(TlsPolicy policy, String host, Pop3Handler handler, List<String> capabilities) {
        return new Pop3ServerDialogue(host, policy, handler, capabilities, plaintextLogin);
    }

    @Override
    protected Pop3Server self() {
        return this;
    }
}
