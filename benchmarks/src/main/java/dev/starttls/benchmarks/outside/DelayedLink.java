package dev.starttls.benchmarks.outside;

import dev.starttls.benchmarks.report.Spread;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A link that delays each packet by half of a round trip, to a network namespace on this machine: two TUN devices, one
 * of them in the namespace, and a small program between them. It does not terminate TCP, so that both kernels
 * acknowledge and wait as over a real link. Nothing leaves the machine; the addresses are those for benchmarks (RFC
 * 2544, 198.18.0.0/15).
 */
public final class DelayedLink implements AutoCloseable {

    private static final int SAMPLES = 60;
    /** RFC 863: no server listens there, so a connection is refused after one round trip. */
    private static final int DISCARD = 9;
    /** Where {@code ip} has a file for each namespace. */
    private static final Path NAMESPACES = Path.of("/var/run/netns");

    private final String namespace;
    private final String near;
    private final String far;
    private final TemporaryFolder folder;
    private final Process process;

    private DelayedLink(String namespace, String network, TemporaryFolder folder, Process process) {
        this.namespace = namespace;
        this.near = network + "1";
        this.far = network + "2";
        this.folder = folder;
        this.process = process;
    }

    /**
     * Why there cannot be such a link on this machine.
     *
     * @return the reason; empty if there can
     */
    public static Optional<String> missing() {
        if (!Commands.root()) {
            return Optional.of("only root may make network namespaces");
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return Optional.of("there are no TUN devices here (/dev/net/tun)");
        }
        return Stream.of("ip", "python3")
                .filter(program -> Commands.find(program).isEmpty())
                .findFirst()
                .map(program -> program + " is not installed");
    }

    /**
     * The address of the far end, for the certificate, which is made before the link.
     *
     * @return an address of IPv4
     */
    public static String address() {
        return network() + "2";
    }

    private static String network() {
        return "198.18." + ProcessHandle.current().pid() % 250 + ".";
    }

    /**
     * Opens a link without a delay.
     *
     * @return to be closed
     * @throws IOException if a device or the namespace cannot be made
     * @throws InterruptedException if this thread is interrupted meanwhile
     */
    public static DelayedLink open() throws IOException, InterruptedException {
        String name = "stb" + ProcessHandle.current().pid() % 1_000_000;
        TemporaryFolder folder = TemporaryFolder.create(name);
        DelayedLink link;
        try {
            link = new DelayedLink(
                    name, network(), folder, forward(folder.path().resolve("delay.py"), name));
        } catch (IOException | RuntimeException e) {
            folder.close();
            throw e;
        }
        try {
            if (!"ready".equals(link.process.inputReader().readLine())) {
                throw new IOException("Expected two TUN devices, got none: see the messages above");
            }
            ip("netns", "add", name);
            ip("link", "set", name + "b", "netns", name);
            ip("addr", "add", link.near + "/30", "dev", name + "a");
            ip("link", "set", name + "a", "up");
            ip("-n", name, "link", "set", "lo", "up");
            ip("-n", name, "addr", "add", link.far + "/30", "dev", name + "b");
            ip("-n", name, "link", "set", name + "b", "up");
            return link;
        } catch (IOException | InterruptedException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    /** Starts the program that makes the devices and joins them. */
    private static Process forward(Path script, String name) throws IOException {
        try (InputStream source = DelayedLink.class.getResourceAsStream("delay.py")) {
            Files.copy(source, script);
        }
        List<String> command = new ArrayList<>(Processes.detached());
        command.addAll(
                List.of(Commands.find("python3").orElseThrow().toString(), script.toString(), name + "a", name + "b"));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /**
     * The namespace.
     *
     * @return the location for servers
     */
    public ServerLocation far() {
        return new ServerLocation(
                far, far, List.of(Commands.find("ip").orElseThrow().toString(), "netns", "exec", namespace));
    }

    /**
     * Delays all packets from now on.
     *
     * @param millis the round trip
     * @return the round trip as measured: from the first segment of TCP until the refusal of it
     * @throws IOException if the link does not work
     */
    public Spread delay(int millis) throws IOException {
        process.outputWriter().append(Integer.toString(millis)).append('\n').flush();
        double[] samples = new double[SAMPLES];
        for (int i = -2; i < SAMPLES; i++) {
            double took = refused();
            if (i >= 0) {
                samples[i] = took;
            }
        }
        return Spread.of(samples);
    }

    private double refused() throws IOException {
        try (Socket socket = new Socket()) {
            InetSocketAddress address = new InetSocketAddress(far, DISCARD);
            long before = System.nanoTime();
            try {
                socket.connect(address, 10_000);
                throw new IOException("Expected no server on " + address);
            } catch (ConnectException e) {
                return (System.nanoTime() - before) / 1e6;
            }
        }
    }

    @Override
    public void close() throws IOException {
        boolean made = Files.exists(NAMESPACES.resolve(namespace));
        try {
            if (made) {
                Processes.end(Processes.listed(Commands.run(List.of("ip", "netns", "pids", namespace))));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // The devices go with the process that made them.
            Processes.end(Processes.tree(process.toHandle()));
            folder.close();
        }
        if (made) {
            deleteNamespace();
        }
    }

    private void deleteNamespace() throws IOException {
        try {
            ip("netns", "delete", namespace);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(
                    "Expected the namespace " + namespace + " to be deleted, got an interrupt: delete it"
                            + " with ip netns delete " + namespace,
                    e);
        }
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Commands.run(command);
    }
}
