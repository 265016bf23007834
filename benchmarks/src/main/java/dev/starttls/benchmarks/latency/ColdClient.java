package dev.starttls.benchmarks.latency;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/** One upgrade, the first of its JVM; started by {@link ColdStart}. */
final class ColdClient {

    private ColdClient() {}

    /**
     * Arguments: the client, the port, the version, a file with the server's certificate. Prints two times in
     * nanoseconds.
     */
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        long start = System.nanoTime();
        ClientKind kind = ClientKind.valueOf(arguments[0]);
        ClientTls tls = kind.trusting(Files.readAllBytes(Path.of(arguments[3])));
        UpgradeClient client = kind.open();
        long before = System.nanoTime();
        Closeable upgraded = client.upgrade(SessionTarget.smtp(Integer.parseInt(arguments[1])), tls, arguments[2]);
        long after = System.nanoTime();
        System.out.println((before - start) + " " + (after - before));
        upgraded.close();
        client.close();
    }
}
