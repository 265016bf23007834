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
 * The groups for key exchange that engines are told to use. Engines may leave out those they do not know, as {@link
 * SSLParameters} has it, or all of them, and say nothing: this finds out.
 */
final class NamedGroups {

    /** The engine's own. */
    static final NamedGroups OF_ENGINE = new NamedGroups(List.of());

    private static final int SUPPORTED_GROUPS = 10;
    /** RFC 8701: numbers that clients send for servers to pass over. */
    private static final int GREASE = 0x0a0a;

    private static final int ROOM = 32_768;

    private final List<String> names;
    /** The engines of which is known that they take these. */
    private volatile Optional<Class<?>> taken = Optional.empty();

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

    /** Whether there are any to be set. */
    boolean set() {
        return !names.isEmpty();
    }

    void into(SSLParameters parameters) {
        if (set()) {
            GroupParameters.set(parameters, names.toArray(new String[0]));
        }
    }

    /**
     * Refuses an engine that leaves out any of these groups.
     *
     * @param engine that was told to use them
     * @param another makes a client's engine like it, of which the ClientHello is looked at, once for each class of engines;
     *     empty if there is none
     * @throws IllegalArgumentException if it does
     */
    void require(SSLEngine engine, Supplier<Optional<SSLEngine>> another) {
        if (!set()) {
            return;
        }
        Class<?> kind = engine.getClass();
        List<String> kept = Arrays.asList(GroupParameters.get(engine.getSSLParameters()));
        if (!kept.equals(names)) {
            throw new IllegalArgumentException("namedGroups: expected an engine that takes " + names + ", but "
                    + kind.getName() + " keeps " + kept + "; leave them out, and set them where its context is made"
                    + otherNames());
        }
        if (taken.isEmpty() || taken.get() != kind) {
            Optional<SSLEngine> client = another.get();
            if (client.isPresent()) {
                requireOffered(client.get());
            }
            taken = Optional.of(kind);
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
     * Says what an engine has against these groups.
     *
     * @param thrown by it when it was told to use them
     * @return what to throw: the same where there are none
     */
    RuntimeException refused(SSLEngine engine, RuntimeException thrown) {
        return set() ? refusal(engine, "fails with " + thrown, Optional.of(thrown)) : thrown;
    }

    private IllegalArgumentException refusal(SSLEngine engine, String found, Optional<Exception> cause) {
        return new IllegalArgumentException(
                "namedGroups: expected an engine that offers " + names + ", but "
                        + engine.getClass().getName() + " " + found
                        + "; what is missing is unknown to it, forbidden (jdk.tls.disabledAlgorithms), or of no use to the"
                        + " versions and suites set: leave it out, or try a newer JDK" + otherNames(),
                cause.orElse(null));
    }

    /** What those are called that have another name than the registered one, in words; empty if all have that. */
    private String otherNames() {
        StringBuilder words = new StringBuilder();
        for (String name : names) {
            GroupNames.registered(name).ifPresent(registered -> words.append("; ")
                    .append(name)
                    .append(" is registered as ")
                    .append(registered));
        }
        return words.isEmpty()
                ? ""
                : words.append("; the JDK knows registered names alone").toString();
    }

    /**
     * The groups in the ClientHello of an engine that is made for nothing else, spelled as those set are; engines take any
     * case.
     */
    private List<String> offered(SSLEngine client) throws SSLException {
        ClientHelloReader reader = new ClientHelloReader();
        ByteBuffer nothing = ByteBuffer.allocate(0);
        ByteBuffer records = ByteBuffer.allocate(ROOM);
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
