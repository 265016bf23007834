package dev.starttls.conformance;

import dev.starttls.conformance.client.subject.CommandClient;
import dev.starttls.conformance.client.subject.OwnHosts;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The name that the client is given. Certificates can be wrong in more ways for one of several labels, so that is what a
 * client gets unless the user says otherwise, if its command can be made to resolve it.
 *
 * @param hosts what resolves it for commands; empty if the system has to
 * @param note what a report says of it; empty if the user chose the name
 */
record HostName(String name, Optional<OwnHosts> hosts, Optional<String> note) implements AutoCloseable {
    static final String STANDARD = "mail.example.org";

    private static final String FALLBACK = "localhost";

    static HostName of(Optional<String> chosen, InetAddress listen) throws IOException, InterruptedException {
        if (chosen.isPresent()) {
            return of(chosen, Optional.empty(), listen);
        }
        return of(chosen, OwnHosts.of(STANDARD, listen), listen);
    }

    /** The same, when it is known whether the commands can have a hosts file. */
    static HostName of(Optional<String> chosen, Optional<OwnHosts> own, InetAddress listen) {
        if (chosen.isPresent()) {
            return new HostName(chosen.get(), Optional.empty(), Optional.empty());
        }
        return own.isPresent()
                ? new HostName(
                        STANDARD,
                        own,
                        Optional.of("the host is " + STANDARD + ", by a hosts file that only the commands saw"))
                : new HostName(
                        FALLBACK,
                        Optional.empty(),
                        Optional.of("the host is localhost, for which not every wrong certificate can be made: add \""
                                + OwnHosts.line(STANDARD, listen) + "\" to the hosts file and use --host " + STANDARD));
    }

    /** The command, run so that it resolves the name. */
    CommandClient within(CommandClient command) {
        return hosts.map(own -> command.within(own.prefix())).orElse(command);
    }

    @Override
    public void close() throws IOException {
        if (hosts.isPresent()) {
            hosts.get().close();
        }
    }
}
