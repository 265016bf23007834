package dev.starttls.benchmarks;

import java.io.IOException;
import javax.net.ssl.SSLContext;

/** A way to get from nothing to the reply to the second EHLO. */
interface UpgradeClient {

    /** Connects to the port of localhost, upgrades with the name check on, says EHLO again, and closes. */
    void run(int port, SSLContext context, String version) throws IOException;
}
