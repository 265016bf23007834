package dev.starttls.core.testing;

import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.GroupNames;
import dev.starttls.core.wire.ClientHelloReader;
import dev.starttls.core.wire.HelloExtensions;
import dev.starttls.core.wire.RecordHeader;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import org.bouncycastle.tls.ExtensionType;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureScheme;

/** How {@link JdkProbe} asks the running JDK: by its engines alone, so that no setting of this library has a part in it. */
final class JdkQuestions {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final String TLS_12 = "TLSv1.2";
    private static final String TLS_13 = "TLSv1.3";

    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int PRE_SHARED_KEY = 41;
    private static final int KEY_SHARE = 51;
    /** Where the length of the session's identifier is: after the headers of record and message, version and random. */
    private static final int SESSION_ID = RecordHeader.LENGTH + 4 + 2 + 32;
    /** More than any handshake takes, and its tickets and alerts. */
    private static final int MAX_FLIGHTS = 12;

    /** More than the tickets that any server sends by default. */
    private static final int CLIENTS = 5;

    private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

    private JdkQuestions() {}

    static String versions() {
        return listed(Stream.of(CERTIFICATES.client().getDefaultSSLParameters().getProtocols()));
    }

    /** How many cipher suites are on whose name begins so, without the one that is only a signal (RFC 5746 section 3.3). */
    static String suites(String beginning) {
        return Long.toString(
                Stream.of(CERTIFICATES.client().getDefaultSSLParameters().getCipherSuites())
                        .filter(name -> name.startsWith(beginning) && !name.endsWith("_SCSV"))
                        .count());
    }

    static String groups() throws SSLException {
        return listed(list(SUPPORTED_GROUPS, GroupNames::of));
    }

    static String keyShares() throws SSLException {
        ByteBuffer shares = HelloExtensions.vector16(extension(KEY_SHARE));
        List<String> names = new ArrayList<>();
        while (shares.hasRemaining()) {
            names.add(GroupNames.of(shares.getShort()));
            HelloExtensions.vector16(shares);
        }
        return listed(names.stream());
    }

    static String curves() throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").getProvider().getClass().getModule().getName();
    }

    static String mlKem() {
        try {
            return KeyPairGenerator.getInstance("ML-KEM", "SunJCE")
                            .getAlgorithm()
                            .isEmpty()
                    ? "no"
                    : "yes";
        } catch (GeneralSecurityException e) {
            return "no";
        }
    }

    static String present(Class<?> type, String method) {
        return Stream.of(type.getMethods()).anyMatch(found -> found.getName().equals(method)) ? "yes" : "no";
    }

    static String schemes() throws SSLException {
        return Long.toString(list(SIGNATURE_ALGORITHMS, JdkQuestions::scheme).count());
    }

    static String oldSchemes() throws SSLException {
        return listed(list(SIGNATURE_ALGORITHMS, JdkQuestions::scheme)
                .filter(name -> name.endsWith("_sha1") || name.endsWith("_sha224") || name.startsWith("dsa_")));
    }

    static String extensions() throws SSLException {
        ClientHelloReader hello = hello(helloOctets(CERTIFICATES.client()));
        return listed(IntStream.rangeClosed(0, 0xffff)
                .filter(type -> hello.extension(type).isPresent())
                .mapToObj(ExtensionType::getName));
    }

    /** Of some clients that begin after one handshake, how many offer its session. */
    static String resumptions(String version) throws SSLException {
        SSLContext context = CERTIFICATES.client();
        requireHandshake(BareTls.client(context, version), server(version));
        int offered = 0;
        for (int i = 0; i < CLIENTS; i++) {
            byte[] octets = helloOctets(context, version);
            boolean offers = version.equals(TLS_13)
                    ? hello(octets).extension(PRE_SHARED_KEY).isPresent()
                    : octets[SESSION_ID] != 0;
            offered += offers ? 1 : 0;
        }
        return offered + " of " + CLIENTS;
    }

    static String cache() {
        SSLSessionContext sessions = CERTIFICATES.client().getClientSessionContext();
        return sessions.getSessionCacheSize() + ", "
                + Duration.ofSeconds(sessions.getSessionTimeout()).toHours() + " h";
    }

    static String alertToUnknownRoot() throws SSLException {
        return alertTo(TestCertificates.withOwnRoot().localhost(KeyKind.EC));
    }

    static String alertToExpired() throws SSLException {
        return alertTo(CERTIFICATES.expired());
    }

    static String alertToOtherName() throws SSLException {
        return alertTo(CERTIFICATES.otherName());
    }

    static String noCommonVersion() throws SSLException {
        return alert(BareTls.client(CERTIFICATES.client(), TLS_13), server(TLS_12));
    }

    static String noCommonProtocol() throws SSLException {
        return alert(speaking("imap", verifying(CERTIFICATES.client())), speaking("pop3", server()));
    }

    static String noCertificate(String version) throws SSLException {
        BareTls server = server(version);
        server.engine().setNeedClientAuth(true);
        return alert(verifying(CERTIFICATES.client(), version), server);
    }

    static String message() throws SSLException {
        return handshake(BareTls.client(CERTIFICATES.client(), TLS_13), server(TLS_12)).stream()
                .map(Throwable::getMessage)
                .filter(text -> ALERT.matcher(text).find())
                .map(text -> "`" + text + "`")
                .findFirst()
                .orElseThrow();
    }

    static String halfClosed() throws SSLException {
        BareTls client = BareTls.client(CERTIFICATES.client(), TLS_13);
        BareTls server = server(TLS_13);
        requireHandshake(client, server);
        client.feed(server.close().take());
        if (!client.ended()) {
            throw new IllegalStateException("Expected close_notify to arrive");
        }
        try {
            client.say("still here");
            return client.take().length > 0 ? "yes" : "no";
        } catch (IllegalStateException | SSLException e) {
            return "no";
        }
    }

    static String record() throws SSLException {
        BareTls client = BareTls.client(CERTIFICATES.client(), TLS_13);
        requireHandshake(client, server(TLS_13));
        return Integer.toString(client.engine().getSession().getPacketBufferSize());
    }

    private static String listed(Stream<String> names) {
        String all = names.collect(Collectors.joining(", "));
        return all.isEmpty() ? "none" : all;
    }

    private static byte[] helloOctets(SSLContext context, String... versions) throws SSLException {
        return BareTls.client(context, versions).begin().take();
    }

    private static ClientHelloReader hello(byte[] octets) {
        ClientHelloReader reader = new ClientHelloReader();
        if (!reader.read(ByteBuffer.wrap(octets))) {
            throw new IllegalStateException("Expected a whole ClientHello, got " + octets.length + " octets");
        }
        return reader;
    }

    private static ByteBuffer extension(int type) throws SSLException {
        return hello(helloOctets(CERTIFICATES.client())).extension(type).orElseThrow();
    }

    /** The names in an extension that is a list of numbers of two octets. */
    private static Stream<String> list(int type, IntFunction<String> name) throws SSLException {
        ByteBuffer numbers = HelloExtensions.vector16(extension(type));
        return IntStream.range(0, numbers.remaining() / 2).mapToObj(i -> name.apply(numbers.getShort(2 * i) & 0xffff));
    }

    /** The name of a signature scheme, or of the pair of algorithms that it was before TLS 1.3. */
    static String scheme(int code) {
        String name = SignatureScheme.getName(code);
        return name.equals("UNKNOWN")
                ? SignatureAlgorithm.getName((short) (code & 0xff)) + "_" + HashAlgorithm.getName((short) (code >> 8))
                : name;
    }

    private static BareTls server(String... versions) {
        return BareTls.server(CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC)), versions);
    }

    private static BareTls verifying(SSLContext context, String... versions) {
        BareTls client = BareTls.client(context, versions);
        SSLParameters parameters = client.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        client.engine().setSSLParameters(parameters);
        return client;
    }

    private static BareTls speaking(String protocol, BareTls side) {
        SSLParameters parameters = side.engine().getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        side.engine().setSSLParameters(parameters);
        return side;
    }

    /** The alert that a server's certificate is answered with. */
    private static String alertTo(Issued identity) throws SSLException {
        return alert(verifying(CERTIFICATES.client()), BareTls.server(CERTIFICATES.server(identity)));
    }

    private static String alert(BareTls client, BareTls server) throws SSLException {
        return handshake(client, server).stream()
                .flatMap(failure -> ALERT.matcher(failure.getMessage()).results())
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Expected a side to get an alert"));
    }

    /** Lets two sides talk until they have nothing more to say, and returns what they failed with. */
    private static List<SSLException> handshake(BareTls client, BareTls server) throws SSLException {
        List<SSLException> failures = new ArrayList<>();
        client.begin();
        BareTls from = client;
        BareTls to = server;
        for (int flight = 0; flight < MAX_FLIGHTS; flight++) {
            byte[] octets = from.take();
            try {
                to.feed(octets);
            } catch (SSLException e) {
                failures.add(e);
            }
            BareTls next = to;
            to = from;
            from = next;
        }
        return failures;
    }

    private static void requireHandshake(BareTls client, BareTls server) throws SSLException {
        List<SSLException> failures = handshake(client, server);
        if (!failures.isEmpty() || !client.established() || !server.established()) {
            throw new IllegalStateException("Expected a handshake, got " + failures);
        }
    }
}
