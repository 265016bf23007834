package dev.starttls.benchmarks.server;

import java.io.Closeable;

/**
 * A server that greets, upgrades, sends one line inside TLS, and closes. The octets sent are the same for every
 * library.
 */
interface UpgradeServer extends Closeable {

    String GREETING = "220 localhost\r\n";
    String GO_AHEAD = "220 go ahead\r\n";
    String INSIDE = "250 inside\r\n";

    int port();

    /** The CPU time that its threads have spent on its clients so far. */
    long cpuNanos();
}
