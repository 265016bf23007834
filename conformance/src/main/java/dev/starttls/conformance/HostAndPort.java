package dev.starttls.conformance;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host, a port or both, as options have them: {@code HOST}, {@code HOST:PORT}, {@code :PORT}; an IPv6 address with a port is in
 * brackets.
 *
 * @param host may be empty
 * @param port as it was written, at most 9 digits
 */
record HostAndPort(String host, Optional<Integer> port) {
    private static final Pattern FORM = Pattern.compile("(\\[[^\\[\\]]+]|[^:\\[\\]]*)(?::([0-9]{1,9}))?");

    /** Reads one; empty if it is something else. */
    static Optional<HostAndPort> parse(String text) {
        if (!text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':')) {
            return text.matches("[0-9A-Fa-f:.]+(%.+)?")
                    ? Optional.of(new HostAndPort(text, Optional.empty()))
                    : Optional.empty();
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        String host = form.group(1);
        return Optional.of(new HostAndPort(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                Optional.ofNullable(form.group(2)).map(Integer::valueOf)));
    }

    /**
     * Where a server is.
     *
     * @param option that names it
     * @param standard the port if none is written
     * @throws UsageException if it is nothing to connect to
     */
    static InetSocketAddress toConnect(String option, String text, int standard) throws UsageException {
        HostAndPort parsed = parse(text)
                .filter(one -> one.port().orElse(1) > 0)
                .filter(one -> one.port().orElse(1) <= OptionRange.MAX_PORT)
                .orElseThrow(() -> new UsageException(option + ": expected HOST or HOST:PORT, got '" + text + "'"));
        if (parsed.host().isBlank()) {
            throw new UsageException(option + ": the host is missing");
        }
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(parsed.host()), parsed.port().orElse(standard));
        } catch (UnknownHostException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }

    /**
     * Where this command listens: on loopback if no host is written.
     *
     * @param option that names it
     * @param min the lowest port: 0, for any that is free, or 1
     * @throws UsageException if it cannot be an address of this machine
     */
    InetSocketAddress toListen(String option, int min) throws UsageException {
        int number = port.orElse(min);
        OptionRange.require("the port of " + option, number, min, OptionRange.MAX_PORT);
        if (host.isEmpty()) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), number);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(host), number);
        } catch (UnknownHostException e) {
            throw new UsageException(option + ": '" + host + "' is not an address of this machine");
        }
    }
}
