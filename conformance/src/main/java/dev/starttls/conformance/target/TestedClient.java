package dev.starttls.conformance.target;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A client under test.
 *
 * @param policy what the user has configured: {@code required}, {@code opportunistic} or {@code implicit}
 * @param command its command line, with the placeholders unfilled; empty if it is no command
 */
public record TestedClient(Protocol protocol, String policy, Optional<String> command) implements Subject {
    @Override
    public Kind kind() {
        return Kind.CLIENT;
    }

    @Override
    public String url() {
        return "client:" + protocol.key();
    }

    @Override
    public Optional<InetAddress> address() {
        return Optional.empty();
    }

    @Override
    public Optional<Scheme> schemeIfServer() {
        return Optional.empty();
    }

    @Override
    public TestedClient anywhere() {
        return this;
    }
}
