package dev.starttls.benchmarks.server;

import java.io.Closeable;

/**
 * Greets, lets a client upgrade, says one line inside TLS, and closes. Whatever library does it, the same octets cross the
 * wire.
 */
interface UpgradeServer extends Closeable {

    String GREETING = "220 localhost\r\n";
    String GO_AHEAD = "220 go ahead\r\n";
    String INSIDE = "250 inside\r\n";

    int port();

    /** The CPU time that its threads have spent on its clients so far. */
    long cpuNanos();
}
