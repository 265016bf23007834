package dev.starttls.smtp;

import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.line.Ascii;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.smtp.policy.Candidate;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

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
    /** The host whose policy is obeyed. */
    private Optional<Candidate> candidate = Optional.empty();

    private UpgradeListener heard = UpgradeListener.NONE;

    private SmtpClient(String host, int port) {
        super(host, port, Smtp.PROTOCOL);
    }

    private SmtpClient(ServiceEndpoint endpoint) {
        super(endpoint, Smtp.PROTOCOL);
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
     * A client of a service that a domain has published.
     *
     * @param endpoint of submission, from {@link dev.starttls.core.discovery.ServiceDiscovery}
     * @return a client under the policy of the endpoint, {@link TlsPolicy#IMPLICIT} or {@link TlsPolicy#REQUIRED}
     * @throws IllegalArgumentException if it is of another protocol, or the host has to be confirmed by the user ({@link
     *     ServiceEndpoint#confirmed})
     */
    public static SmtpClient to(ServiceEndpoint endpoint) {
        return new SmtpClient(endpoint);
    }

    /**
     * A client of a host that a domain's mail goes to, which obeys what its policy asks for: TLS, name, certificate and addresses are
     * decided by it, and what becomes of connections goes back to it.
     *
     * <pre>{@code
     * for (Candidate candidate : policy.forDomain("example.org")) {
     *     SmtpClient.to(candidate).name("mail.example.net").timeout(Duration.ofMinutes(5)).connect();
     * }
     * }</pre>
     *
     * <p>Connecting to a host that {@linkplain Candidate#unreachable must not be used} fails at once, and its listener hears of it: go on
     * with the next one. {@link #policy}, {@link #tls}, {@link #sslContext} and {@link #serverName} cannot be set; the settings of TLS are
     * those of the {@link dev.starttls.smtp.policy.DeliveryPolicy}. A {@link #listener} is called beside that of the policy.
     *
     * @param candidate one of a {@link dev.starttls.smtp.policy.Destination}
     * @return a client under the host's policy
     * @throws NullPointerException if it is null
     */
    public static SmtpClient to(Candidate candidate) {
        Objects.requireNonNull(candidate, "candidate: expected one of a Destination, got null");
        SmtpClient client = new SmtpClient(candidate.host(), candidate.port())
                .policy(candidate.tlsPolicy())
                .tls(candidate.tls())
                .addresses(candidate.addresses())
                .listener(candidate.listener());
        client.candidate = Optional.of(candidate);
        return client;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the client is of a {@link Candidate}
     */
    @Override
    public SmtpClient policy(TlsPolicy policy) {
        requireNoCandidate("policy");
        return super.policy(policy);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the client is of a {@link Candidate}
     */
    @Override
    public SmtpClient tls(TlsSettings tls) {
        requireNoCandidate("tls");
        return super.tls(tls);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the client is of a {@link Candidate}
     */
    @Override
    public SmtpClient serverName(String name) {
        requireNoCandidate("serverName");
        return super.serverName(name);
    }

    /** {@inheritDoc} That of a {@link Candidate} hears the same before it. */
    @Override
    public SmtpClient listener(UpgradeListener listener) {
        heard = candidate.isPresent() ? candidate.get().listener(listener) : listener;
        return super.listener(heard);
    }

    /** {@inheritDoc} To a {@link Candidate} that must not be used it fails without connecting. */
    @Override
    public SmtpConnection connect() throws IOException {
        Optional<UpgradeException> refusal = refusal();
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        return super.connect();
    }

    /** {@inheritDoc} To a {@link Candidate} that must not be used it fails, and closes the connection. */
    @Override
    public SmtpConnection connect(SocketChannel connected) throws IOException {
        Optional<UpgradeException> refusal = refusal();
        if (refusal.isPresent()) {
            connected.close();
            throw refusal.get();
        }
        return super.connect(connected);
    }

    /** {@inheritDoc} To a {@link Candidate} that must not be used it fails without connecting, and the calling thread hears of it. */
    @Override
    public CompletableFuture<SmtpConnection> connect(UpgradeLoop loop) {
        Optional<UpgradeException> refusal = refusal();
        return refusal.isPresent() ? CompletableFuture.failedFuture(refusal.get()) : super.connect(loop);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the client is of a {@link Candidate} that must not be used
     */
    @Override
    public UpgradeConnection connection() {
        candidate.flatMap(Candidate::unreachable).ifPresent(why -> {
            throw new IllegalStateException(why.getMessage(), why);
        });
        return super.connection();
    }

    /** Why the host must not be used; its listener has heard of it then. */
    private Optional<UpgradeException> refusal() {
        Optional<UpgradeException> refusal = candidate.flatMap(Candidate::unreachable);
        refusal.ifPresent(why -> {
            tell(heard::failed, why);
            tell(heard::blocked, why);
        });
        return refusal;
    }

    /** The refusal matters more to the caller than what the listener throws, as with any failure. */
    private static void tell(Consumer<UpgradeException> listener, UpgradeException why) {
        try {
            listener.accept(why);
        } catch (Throwable e) {
            if (e != why) {
                why.addSuppressed(e);
            }
        }
    }

    private void requireNoCandidate(String setting) {
        if (candidate.isPresent()) {
            throw new IllegalStateException("Expected a client whose " + setting + " may be set, got one of "
                    + candidate.get() + ", whose policy decides; try SmtpClient.to(host, port)");
        }
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
     * @throws IllegalStateException if the client is of a {@link Candidate}: the library may give another host
     */
    public StartTlsSocketFactory socketFactory() {
        requireNoCandidate("host");
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
        return new SmtpConnection(channel, dialogue.announced(), candidate);
    }

    @Override
    protected SmtpClient self() {
        return this;
    }
}
