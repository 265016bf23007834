package dev.starttls.core.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A server that runs in a temporary folder, which is deleted when it ends. */
public final class ServerProcess {

    /** Where servers listen. */
    public static final String ADDRESS = "127.0.0.1";

    private static final int FIRST_PORT = 10_000;
    private static final int PORTS = 22_000;
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger((int) (ProcessHandle.current().pid() % (PORTS / 100)) * 100);
    private static final int TRIES = 600;
    private static final int PAUSE_MILLIS = 100;

    private final String name;
    private final Path folder;
    private final Process process;
    private final StringBuilder output = new StringBuilder();
    private final Thread reader;

    /** Reads what the process prints. */
    public ServerProcess(String name, Path folder, Process process) {
        this.name = name;
        this.folder = folder;
        this.process = process;
        this.reader = new Thread(this::read, name + " output");
        reader.setDaemon(true);
        reader.start();
    }

    /** A server whose output is not read stops when the pipe is full. */
    private void read() {
        byte[] chunk = new byte[8192];
        try (InputStream stream = process.getInputStream()) {
            for (int n = stream.read(chunk); n >= 0; n = stream.read(chunk)) {
                synchronized (output) {
                    output.append(new String(chunk, 0, n, StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            // It was closed from this side: nothing more is wanted.
        }
    }

    /** A new folder that every user may enter. */
    public static Path folder(String name) throws IOException {
        Path folder = Files.createTempDirectory(name);
        return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The key, then its certificates, for root's eyes only. */
    public static Path identity(Path file, TestCertificates.Issued identity) throws IOException {
        List<Object> pem = new ArrayList<>(List.of(identity.key()));
        pem.addAll(identity.chain());
        return Files.setPosixFilePermissions(PemFiles.write(file, pem), PosixFilePermissions.fromString("rw-------"));
    }

    /**
     * The configuration of a server, of a text that the benchmarks read too.
     *
     * @param name of the file
     * @param values what to put in
     */
    static String configuration(String name, Object... values) throws IOException {
        try (InputStream text = ServerProcess.class.getResourceAsStream("servers/" + name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8).formatted(values);
        }
    }

    /**
     * Different ports that are free, by TCP and by UDP, and stay so: below those that systems give to whoever asks for any (49152
     * by RFC 6335 section 6, 32768 by Linux), and given once by this process; where other processes of the tests begin depends on
     * their numbers.
     */
    public static List<Integer> freePorts(int count) {
        return IntStream.generate(() -> FIRST_PORT + NEXT_PORT.getAndIncrement() % PORTS)
                .filter(ServerProcess::isFree)
                .limit(count)
                .boxed()
                .toList();
    }

    private static boolean isFree(int port) {
        try (ServerSocket tcp = new ServerSocket(port, 1);
                DatagramSocket udp = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
            return tcp.isBound() && udp.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Skips the test where it is not root's. */
    public static void requireRoot(String name) {
        ExternalProgram.require("root".equals(System.getProperty("user.name")), name + " can only be started by root");
    }

    Path folder() {
        return folder;
    }

    /** Waits until a port greets in plaintext. */
    public void awaitGreeting(int port) throws IOException, InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                socket.setSoTimeout(10_000);
                if (socket.getInputStream().read() >= 0) {
                    return;
                }
                pause();
            } catch (IOException e) {
                pause();
            }
        }
        throw new IOException(name + " did not greet on port " + port + ": " + output());
    }

    /** Waits until a Unix-domain socket greets. */
    void awaitGreeting(Path socket) throws IOException, InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                if (channel.read(ByteBuffer.allocate(1)) > 0) {
                    return;
                }
                pause();
            } catch (IOException e) {
                pause();
            }
        }
        throw new IOException(name + " did not greet on " + socket + ": " + output());
    }

    /** Waits until a port takes connections: what greets inside TLS says nothing before. */
    public void awaitPort(int port) throws IOException, InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException e) {
                pause();
            }
        }
        throw new IOException(name + " took no connection on port " + port + ": " + output());
    }

    /** Waits until it has printed a text. */
    public void awaitOutput(String text) throws IOException, InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            if (output().contains(text)) {
                return;
            }
            pause();
        }
        throw new IOException("Expected " + name + " to print \"" + text + "\", got " + output());
    }

    /** What it has printed up to now; all of it if it has ended. */
    public String output() {
        try {
            if (!process.isAlive()) {
                reader.join(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (output) {
            return output.toString();
        }
    }

    /** Asks it to end, and ends it if it does not. */
    public void stop() {
        List<ProcessHandle> children = children();
        // Process.destroy would close the stream of what it still has to say.
        process.toHandle().destroy();
        end(children);
    }

    /** What it has started and what that has; nothing of it can be found any more once it has ended itself. */
    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    /**
     * Waits for the end that it was asked for in its own way, and ends it if it does not come.
     *
     * @param children those it had when it was asked
     */
    void awaitEnd(List<ProcessHandle> children) {
        end(children);
    }

    /** Deletes its folder. */
    public void deleteFolder() throws IOException {
        delete(folder);
    }

    /** Deletes a folder and what is in it. */
    public static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void end(List<ProcessHandle> children) {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.toHandle().destroyForcibly();
                process.waitFor();
            }
        } catch (InterruptedException e) {
            process.toHandle().destroyForcibly();
            Thread.currentThread().interrupt();
        }
        // Children that outlive their parent would write to a folder that is about to go.
        for (ProcessHandle child : children) {
            if (child.destroyForcibly()) {
                child.onExit().join();
            }
        }
    }

    private void pause() throws IOException, InterruptedException {
        if (process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IOException(name + " ended: " + output());
        }
    }
}
