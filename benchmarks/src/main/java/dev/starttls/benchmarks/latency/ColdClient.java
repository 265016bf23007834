package dev.starttls.benchmarks.latency;

import dev.starttls.benchmarks.Contexts;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/** One upgrade, the first of its virtual machine; started by {@link ColdStart}. */
final class ColdClient {

    private ColdClient() {}

    /** Arguments: the client, the port, the version, a file with the server's certificate. Prints two times, in nanoseconds. */
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        long start = System.nanoTime();
        SSLContext context = Contexts.trusting(Files.readAllBytes(Path.of(arguments[3])));
        UpgradeClient client = ClientKind.valueOf(arguments[0]).open();
        long before = System.nanoTime();
        Closeable upgraded = client.upgrade(Integer.parseInt(arguments[1]), context, arguments[2]);
        long after = System.nanoTime();
        System.out.println((before - start) + " " + (after - before));
        upgraded.close();
        client.close();
    }
}
