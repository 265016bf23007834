package dev.starttls.core.nio;

import dev.starttls.core.keys.TrustedRoots;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/**
 * The settings of a socket factory that is named by its class, from a properties file. The file is the one that the system property
 * {@code starttls.PROTOCOL.settings} names, for instance {@code starttls.smtp.settings}; without it, the resource {@code
 * starttls-PROTOCOL.properties} of the class path; without that too, nothing is set. It is UTF-8 and has at most 64 KiB.
 *
 * <p>The keys, all of which may be left out; any other is an error:
 *
 * <ul>
 *   <li>{@code policy}: a {@link TlsPolicy} in upper or lower case; unless set, that of the port
 *   <li>{@code ca}: a PEM file with the certificates that are trusted, at most 1 MiB, in place of those of the Java runtime
 *   <li>{@code truststore}, {@code truststore.password}: a PKCS #12 or JKS file instead
 *   <li>{@code pins}: keys of which the server's chain must have one, as {@link TlsSettings.Builder#pins} has them, with a
 *       space between each two
 *   <li>{@code server.name}: {@link ClientSetup#serverName}
 *   <li>{@code timeout}: {@link ClientSetup#timeout}, in seconds
 *   <li>those of the protocol, which its class names
 * </ul>
 */
public final class SocketFactorySettings {

    /** A thousand times what there is to be set. */
    private static final int MAX_OCTETS = 1 << 16;

    private final String source;
    private final Map<String, String> values;
    /** Those of the protocol, which its class has asked for. */
    private final Set<String> ofProtocol = new TreeSet<>();

    private SocketFactorySettings(String source, Map<String, String> values) {
        this.source = source;
        this.values = values;
    }

    /** Reads the file of a protocol. */
    static SocketFactorySettings of(String protocol) throws IOException {
        String property = "starttls." + protocol + ".settings";
        String file = System.getProperty(property, "");
        if (!file.isEmpty()) {
            try (InputStream in = Files.newInputStream(Path.of(file))) {
                return read(file, in);
            } catch (IOException e) {
                throw new IOException(
                        "Expected a file with settings that can be read, as the system property " + property
                                + " names it, got " + e,
                        e);
            }
        }
        String resource = "starttls-" + protocol + ".properties";
        Optional<InputStream> found = resource(resource);
        if (found.isPresent()) {
            try (InputStream in = found.get()) {
                return read(resource, in);
            }
        }
        return new SocketFactorySettings("no file", new HashMap<>());
    }

    private static Optional<InputStream> resource(String name) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader own = SocketFactorySettings.class.getClassLoader();
        InputStream found = context == null ? null : context.getResourceAsStream(name);
        if (found == null) {
            found = own == null ? ClassLoader.getSystemResourceAsStream(name) : own.getResourceAsStream(name);
        }
        return Optional.ofNullable(found);
    }

    private static SocketFactorySettings read(String source, InputStream in) throws IOException {
        byte[] octets = in.readNBytes(MAX_OCTETS + 1);
        if (octets.length > MAX_OCTETS) {
            throw new IOException(source + ": expected at most " + MAX_OCTETS + " octets, got more");
        }
        Properties read = new Properties();
        read.load(new StringReader(new String(octets, StandardCharsets.UTF_8)));
        Map<String, String> values = new HashMap<>();
        for (String key : read.stringPropertyNames()) {
            values.put(key, read.getProperty(key).strip());
        }
        return new SocketFactorySettings(source, values);
    }

    /**
     * Takes a setting of the protocol's own.
     *
     * @param key its name in the file
     * @param setter that refuses a wrong value with an {@link IllegalArgumentException}
     * @throws IOException if it does; what it says is in the message, after the file and the key
     */
    public void take(String key, Consumer<String> setter) throws IOException {
        ofProtocol.add(key);
        set(key, setter);
    }

    private void set(String key, Consumer<String> setter) throws IOException {
        String value = values.remove(key);
        if (value == null) {
            return;
        }
        try {
            if (value.isEmpty()) {
                throw new IllegalArgumentException("expected a value, got none");
            }
            setter.accept(value);
        } catch (IllegalArgumentException e) {
            // What a setter says begins with its own name, which may be the key's.
            String problem = String.valueOf(e.getMessage());
            throw new IOException(source + ": " + (problem.startsWith(key + ": ") ? "" : key + ": ") + problem, e);
        }
    }

    /**
     * Takes what the clients of all protocols are set up with.
     *
     * @param client that it is set on
     * @throws IOException if a value is wrong, or a file that one names cannot be read
     */
    public void applyTo(ClientSetup<?, ?, ?> client) throws IOException {
        set("policy", value -> client.policy(policy(value)));
        set("server.name", client::serverName);
        set("timeout", value -> client.timeout(seconds(value)));
        TlsSettings.Builder tls = TlsSettings.builder();
        Optional<SSLContext> context = context();
        if (context.isPresent()) {
            tls.context(context.get());
        }
        set("pins", value -> tls.pins(value.split("\\s+")));
        client.tls(tls.build());
    }

    /** Fails if something was not taken. */
    void requireAllTaken() throws IOException {
        if (!values.isEmpty()) {
            throw new IOException(
                    source + ": expected policy, ca, truststore, truststore.password, pins, server.name, timeout"
                            + (ofProtocol.isEmpty() ? "" : ", " + String.join(", ", ofProtocol))
                            + ", got " + new TreeSet<>(values.keySet()) + "; check how it is written");
        }
    }

    private Optional<SSLContext> context() throws IOException {
        Optional<String> ca = taken("ca");
        Optional<String> store = taken("truststore");
        Optional<String> password = taken("truststore.password");
        if (ca.isPresent() && store.isPresent()) {
            throw new IOException(source + ": expected ca or truststore, got both; leave one out");
        }
        if (password.isPresent() && store.isEmpty()) {
            throw new IOException(source + ": expected truststore with truststore.password, got no truststore");
        }
        if (ca.isEmpty() && store.isEmpty()) {
            return Optional.empty();
        }
        String key = ca.isPresent() ? "ca" : "truststore";
        String file = ca.orElseGet(store::get);
        try {
            Path path = Path.of(file);
            return Optional.of((ca.isPresent() ? TrustedRoots.pem(path) : TrustStore.read(path, password)).context());
        } catch (InvalidPathException e) {
            throw new IOException(
                    source + ": " + key + ": expected a file with trusted certificates, got " + e + " for " + file, e);
        } catch (IOException e) {
            throw new IOException(source + ": " + key + ": " + e.getMessage(), e);
        }
    }

    private Optional<String> taken(String key) {
        return Optional.ofNullable(values.remove(key));
    }

    private static TlsPolicy policy(String value) {
        for (TlsPolicy policy : TlsPolicy.values()) {
            if (policy.name().equals(value.toUpperCase(Locale.ROOT))) {
                return policy;
            }
        }
        throw new IllegalArgumentException("expected required, implicit, opportunistic or disabled, got " + value);
    }

    private static Duration seconds(String value) {
        try {
            return Duration.ofSeconds(Integer.parseInt(value));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number of seconds, got " + value, e);
        }
    }
}
