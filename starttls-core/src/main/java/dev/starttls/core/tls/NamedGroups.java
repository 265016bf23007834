package dev.starttls.core.tls;

import dev.starttls.core.wire.ClientHelloReader;
import dev.starttls.core.wire.HelloExtensions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * The groups for key exchange that engines are set to use. An engine may ignore without an error those that it does not know,
 * as {@link SSLParameters} allows, or all of them: this class finds out.
 */
final class NamedGroups {

    /** No groups set: the engine's own. */
    static final NamedGroups OF_ENGINE = new NamedGroups(List.of());

    private static final int SUPPORTED_GROUPS = 10;
    /** RFC 8701: values that clients send at random and servers must ignore, 0x0a0a to 0xfafa. */
    private static final int GREASE = 0x0a0a;

    /** For the records of a ClientHello; the longest in use, with three hybrid key shares, has some 4,000 octets. */
    private static final int MAX_CLIENT_HELLO = 32_768;

    private final List<String> names;
    /** The class of engines that was found to use these groups. */
    private volatile Optional<Class<?>> accepting = Optional.empty();

    private NamedGroups(List<String> names) {
        this.names = names;
    }

    static NamedGroups of(List<String> names) {
        if (names.isEmpty()) {
            return OF_ENGINE;
        }
        for (String name : names) {
            if (name.isBlank()) {
                throw new IllegalArgumentException(
                        "namedGroups: expected names, for instance x25519, got an empty one among " + names);
            }
        }
        if (new HashSet<>(names).size() < names.size()) {
            throw new IllegalArgumentException("namedGroups: expected each name once, got " + names);
        }
        GroupParameters.requireSettable();
        return new NamedGroups(names);
    }

    /** Whether groups were set. */
    boolean areSet() {
        return !names.isEmpty();
    }

    void setIn(SSLParameters parameters) {
        if (areSet()) {
            GroupParameters.set(parameters, names.toArray(new String[0]));
        }
    }

    /**
     * Requires that an engine uses all of these groups.
     *
     * @param engine in which they were set
     * @param another makes a client's engine like it, whose ClientHello is examined, once for each class of engines; empty if
     *     the source makes servers' only
     * @throws IllegalArgumentException if it leaves out any
     */
    void require(SSLEngine engine, Supplier<Optional<SSLEngine>> another) {
        if (!areSet()) {
            return;
        }
        Class<?> kind = engine.getClass();
        List<String> kept = Arrays.asList(GroupParameters.get(engine.getSSLParameters()));
        if (!kept.equals(names)) {
            throw new IllegalArgumentException("namedGroups: expected an engine that takes " + names + ", but "
                    + kind.getName() + " keeps " + kept + "; leave them out, and set them where its context is made"
                    + otherNames());
        }
        if (accepting.isEmpty() || accepting.get() != kind) {
            Optional<SSLEngine> client = another.get();
            if (client.isPresent()) {
                requireOffered(client.get());
            }
            accepting = Optional.of(kind);
        }
    }

    private void requireOffered(SSLEngine client) {
        List<String> offered;
        try {
            offered = offered(client);
        } catch (SSLException | RuntimeException e) {
            throw refusal(client, "fails with " + e, Optional.of(e));
        }
        if (offered.size() != names.size() || !names.containsAll(offered)) {
            throw refusal(client, "offers " + offered, Optional.empty());
        }
    }

    /**
     * Explains the exception of an engine that takes no groups.
     *
     * @param thrown by the engine when its parameters were set
     * @return what to throw: the same exception if no groups were set
     */
    RuntimeException refused(SSLEngine engine, RuntimeException thrown) {
        return areSet() ? refusal(engine, "fails with " + thrown, Optional.of(thrown)) : thrown;
    }

    private IllegalArgumentException refusal(SSLEngine engine, String found, Optional<Exception> cause) {
        return new IllegalArgumentException(
                "namedGroups: expected an engine that offers " + names + ", but "
                        + engine.getClass().getName() + " " + found
                        + "; what is missing is unknown to it, forbidden (jdk.tls.disabledAlgorithms), or of no use to the"
                        + " versions and suites set: leave it out, or try a newer JDK" + otherNames(),
                cause.orElse(null));
    }

    /** The registered names of groups that were set by other names, as an addition to a message; empty if there are none. */
    private String otherNames() {
        StringBuilder words = new StringBuilder();
        for (String name : names) {
            GroupNames.registered(name).ifPresent(registered -> words.append("; ")
                    .append(name)
                    .append(" is registered as ")
                    .append(registered));
        }
        return words.length() == 0
                ? ""
                : words.append("; the JDK knows registered names alone").toString();
    }

    /**
     * The groups in the ClientHello of an engine that is made for this purpose only, spelled as they were set; engines take any
     * case.
     */
    private List<String> offered(SSLEngine client) throws SSLException {
        ClientHelloReader reader = new ClientHelloReader();
        ByteBuffer nothing = ByteBuffer.allocate(0);
        ByteBuffer records = ByteBuffer.allocate(MAX_CLIENT_HELLO);
        client.beginHandshake();
        boolean read = false;
        while (!read && client.wrap(nothing, records.clear()).bytesProduced() > 0) {
            read = reader.read(records.flip());
        }
        List<String> groups = new ArrayList<>();
        Optional<ByteBuffer> extension = reader.extension(SUPPORTED_GROUPS);
        if (extension.isPresent()) {
            ByteBuffer list = HelloExtensions.vector16(extension.get());
            while (list.hasRemaining()) {
                int id = list.getShort() & 0xffff;
                if ((id & 0x0f0f) != GREASE || id >> Byte.SIZE != (id & 0xff)) {
                    groups.add(spelled(GroupNames.of(id)));
                }
            }
        }
        return groups;
    }

    private String spelled(String offered) {
        for (String name : names) {
            if (name.equalsIgnoreCase(offered)) {
                return name;
            }
        }
        return offered;
    }
}
