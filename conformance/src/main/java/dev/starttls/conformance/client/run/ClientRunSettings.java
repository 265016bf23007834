package dev.starttls.conformance.client.run;

import dev.starttls.conformance.client.cases.ClientPolicy;
import java.net.InetAddress;
import java.time.Duration;

/**
 * How cases are run.
 *
 * @param host the name or address that the client is given, which the certificate is for
 * @param listen the address to listen on
 * @param firstPort the port of the first case, and the next for each after it; 0 for any that is free
 * @param timeout how long one run of the client may last
 * @param patience how long a server that has fallen silent waits before it decides that the client waits too
 * @param linger how long a connection is waited for after the client has ended without one: a mail server that was given a
 *     message delivers it later
 * @param parallel how many cases run at once
 */
public record ClientRunSettings(
        ClientPolicy policy,
        String host,
        InetAddress listen,
        int firstPort,
        Duration timeout,
        Duration patience,
        Duration linger,
        int parallel) {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** Most cases wait for the client or the server; a client that is slow to start needs a processor meanwhile. */
    private static final int CASES_PER_PROCESSOR = 2;

    private static final int MIN_PARALLEL = 4;
    private static final int MAX_PARALLEL = 16;

    /** For a client on this machine. */
    public static ClientRunSettings of(ClientPolicy policy) {
        return new ClientRunSettings(
                policy,
                "localhost",
                InetAddress.getLoopbackAddress(),
                0,
                TIMEOUT,
                PATIENCE,
                Duration.ZERO,
                casesAtOnce());
    }

    /** How many cases run at once unless it is said: twice the number of processors, 4 to 16. */
    public static int casesAtOnce() {
        return Math.max(
                MIN_PARALLEL,
                Math.min(
                        MAX_PARALLEL, CASES_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()));
    }

    public ClientRunSettings host(String name) {
        return new ClientRunSettings(policy, name, listen, firstPort, timeout, patience, linger, parallel);
    }

    public ClientRunSettings listen(InetAddress address, int port) {
        return new ClientRunSettings(policy, host, address, port, timeout, patience, linger, parallel);
    }

    public ClientRunSettings timeout(Duration one) {
        return new ClientRunSettings(policy, host, listen, firstPort, one, patience, linger, parallel);
    }

    public ClientRunSettings patience(Duration one) {
        return new ClientRunSettings(policy, host, listen, firstPort, timeout, one, linger, parallel);
    }

    public ClientRunSettings linger(Duration one) {
        return new ClientRunSettings(policy, host, listen, firstPort, timeout, patience, one, parallel);
    }

    public ClientRunSettings parallel(int cases) {
        return new ClientRunSettings(policy, host, listen, firstPort, timeout, patience, linger, cases);
    }
}
