package dev.starttls.pop3;

import dev.starttls.core.discovery.ServiceEndpoint;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.StartTlsSocketFactory;
import dev.starttls.core.upgrade.TlsPolicy;

/**
 * Connects to a POP3 server and upgrades (RFC 2595 section 4), or speaks TLS from the first octet (RFC 8314 section 3.2).
 *
 * <pre>{@code
 * try (Pop3Connection mail = Pop3Client.to("mail.example.org", 110).policy(TlsPolicy.REQUIRED).connect()) {
 *     mail.capabilities();      // as announced inside TLS
 *     mail.channel();           // an encrypted ByteChannel, yours from here
 *     mail.report();            // TLSv1.3, suite, phases, round trips
 * }
 * }</pre>
 *
 * <p>A list of capabilities has at most {@value Pop3ClientDialogue#MAX_LINES} lines and {@value
 * Pop3ClientDialogue#MAX_OCTETS} octets, whatever {@link #limits} allow; more is LIMIT_EXCEEDED.
 *
 * <p>Not safe for use by several threads. One client may connect any number of times.
 */
public final class Pop3Client extends ClientSetup<Pop3Client, Pop3Connection, Pop3ClientDialogue> {

    private Pop3Client(String host, int port) {
        super(host, port, Pop3.PROTOCOL);
    }

    private Pop3Client(ServiceEndpoint endpoint) {
        super(endpoint, Pop3.PROTOCOL);
    }

    /**
     * A client of a server.
     *
     * @param host a name or an address; its certificate must have it
     * @param port 110, or 995 for implicit TLS; 0 to 65535
     * @return a client under {@link TlsPolicy#REQUIRED}, on port 995 under {@link TlsPolicy#IMPLICIT}
     * @throws IllegalArgumentException if the host is empty or the port out of bounds
     */
    public static Pop3Client to(String host, int port) {
        return new Pop3Client(host, port);
    }

    /**
     * A client of a service that a domain has published.
     *
     * @param endpoint of POP3, from {@link dev.starttls.core.discovery.ServiceDiscovery}
     * @return a client under the policy of the endpoint, {@link TlsPolicy#IMPLICIT} or {@link TlsPolicy#REQUIRED}
     * @throws IllegalArgumentException if it is of another protocol, or the host has to be confirmed by the user ({@link
     *     ServiceEndpoint#confirmed})
     */
    public static Pop3Client to(ServiceEndpoint endpoint) {
        return new Pop3Client(endpoint);
    }

    /**
     * A factory of sockets for a mail library that has nothing else to be set, with what this client has been set up with so far.
     *
     * <pre>{@code
     * Properties properties = new Properties();
     * properties.put("mail.pop3.socketFactory", Pop3Client.to("mail.example.org", 110).socketFactory());
     * properties.put("mail.pop3.socketFactory.fallback", "false");
     * }</pre>
     *
     * <p>The library reads {@code +OK}, with the timestamp for APOP if the greeting came inside TLS, or the session has none, and
     * had one (RFC 1939 section 7), and never with one from before TLS; what it says then is sent to the server. It sees neither the
     * server's greeting nor any response of the dialogue.
     *
     * @return a factory, whose sockets connect to the host and port that the library gives them
     */
    public StartTlsSocketFactory socketFactory() {
        return socketFactory(Pop3ClientDialogue::new, Pop3Client::greeting);
    }

    private static String greeting(Pop3ClientDialogue dialogue) {
        return "+OK" + dialogue.timestamp().map(timestamp -> " " + timestamp).orElse(" ready");
    }

    @Override
    protected Pop3ClientDialogue dialogue() {
        return new Pop3ClientDialogue();
    }

    @Override
    protected Pop3Connection session(StartTlsChannel channel, Pop3ClientDialogue dialogue) {
        return new Pop3Connection(channel, dialogue);
    }

    @Override
    protected Pop3Client self() {
        return this;
    }
}
