package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.Objects;

/**
 * Connects to an SMTP server and upgrades (RFC 3207), or speaks TLS from the first octet (RFC 8314 section 3.3).
 *
 * <pre>{@code
 * try (SmtpConnection mail = SmtpClient.to("mail.example.org", 587).policy(TlsPolicy.REQUIRED).connect()) {
 *     mail.capabilities();      // as announced inside TLS
 *     mail.channel();           // an encrypted ByteChannel, yours from here
 *     mail.report();            // TLSv1.3, suite, phases, round trips
 * }
 * }</pre>
 *
 * <p>A reply has at most {@value SmtpReplyParser#MAX_LINES} lines and {@value SmtpReplyParser#MAX_OCTETS} octets, whatever
 * {@link #limits} allow; more is LIMIT_EXCEEDED.
 *
 * <p>Not safe for use by several threads. One client may connect any number of times.
 */
public final class SmtpClient extends ClientSetup<SmtpClient, SmtpConnection, SmtpClientDialogue> {

    private String name = SmtpClientDialogue.LOCAL_NAME;
    private HeloFallback fallback = HeloFallback.ALLOWED;

    private SmtpClient(String host, int port) {
        super(host, port, Smtp.PROTOCOL);
    }

    /**
     * A client of a server.
     *
     * @param host a name or an address; its certificate must have it
     * @param port 25, 587, 2525, or 465 for implicit TLS; 0 to 65535
     * @return a client under {@link TlsPolicy#REQUIRED}, on port 465 under {@link TlsPolicy#IMPLICIT}
     * @throws IllegalArgumentException if the host is empty or the port out of bounds
     */
    public static SmtpClient to(String host, int port) {
        return new SmtpClient(host, port);
    }

    /**
     * What the client calls itself in EHLO (RFC 5321 section 4.1.1.1).
     *
     * @param name a host name or an address literal, 1 to 255 printable characters of ASCII without a space; {@link
     *     SmtpClientDialogue#LOCAL_NAME} unless set
     * @throws IllegalArgumentException if it could not be sent as one
     */
    public SmtpClient name(String name) {
        SmtpClientDialogue.requireName(name);
        this.name = name;
        return this;
    }

    /**
     * What to do when the server does not know EHLO (500, 502); without it there is no TLS, so it matters only where the
     * policy can do without.
     *
     * @param fallback {@link HeloFallback#ALLOWED} unless set
     * @throws NullPointerException if it is null
     */
    public SmtpClient helo(HeloFallback fallback) {
        this.fallback = Objects.requireNonNull(
                fallback, "fallback: expected a HeloFallback, got null; try HeloFallback.ALLOWED");
        return this;
    }

    /**
     * A factory of sockets for a mail library that has nothing else to be set, with what this client has been set up with so far.
     *
     * <pre>{@code
     * Properties properties = new Properties();
     * properties.put("mail.smtp.socketFactory", SmtpClient.to("mail.example.org", 587).socketFactory());
     * properties.put("mail.smtp.socketFactory.fallback", "false");
     * }</pre>
     *
     * <p>The library reads {@code 220 domain ESMTP}, where the domain is that of the reply to EHLO inside TLS; what it says then is
     * sent to the server, its own EHLO too, which the server answers again (RFC 5321 section 4.1.4). It sees neither the
     * server's greeting nor any reply of the dialogue.
     *
     * @return a factory, whose sockets connect to the host and port that the library gives them
     */
    public StartTlsSocketFactory socketFactory() {
        String ownName = name;
        HeloFallback allowed = fallback;
        return socketFactory(() -> new SmtpClientDialogue(ownName, allowed), SmtpClient::greeting);
    }

    private static String greeting(SmtpClientDialogue dialogue) {
        String domain = dialogue.announced().domain();
        return "220 " + (Ascii.word(domain) ? domain : "localhost") + " ESMTP";
    }

    @Override
    protected SmtpClientDialogue dialogue() {
        return new SmtpClientDialogue(name, fallback);
    }

    @Override
    protected SmtpConnection session(StartTlsChannel channel, SmtpClientDialogue dialogue) {
        return new SmtpConnection(channel, dialogue.announced());
    }

    @Override
    protected SmtpClient self() {
        return this;
    }
}
