package dev.starttls.examples;

import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpReplies;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server and its clients in one process, each role on one thread, many connections open at once. */
public final class SmallHeap {

    private SmallHeap() {}

    /**
     * Takes PEM files with the server's certificates, its key and the root, the number of upgrades, and how many connections are
     * open at once, of which the number of upgrades is a multiple, three times as many or more. Prints how many were upgraded,
     * and then each class of which as many objects more are left at the end as were open at once: closed connections leave none.
     */
    public static void main(String... args) throws Exception {
        int upgrades = Integer.parseInt(args[3]);
        int open = Integer.parseInt(args[4]);
        UpgradeLoop serving = loop(2 * open, "server");
        UpgradeLoop connecting = loop(open, "clients");
        SmtpTransaction mail = new SmtpTransaction(
                envelope -> {
                    throw new IllegalStateException("Expected no mail");
                },
                65_536);
        int upgraded = 0;
        Map<String, Long> before = Map.of();
        try (ServerSocketChannel listening = SmtpServer.named("mx.example.org", mail)
                .keys(Path.of(args[0]), Path.of(args[1]))
                .listen(serving, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
            SmtpClient client = SmtpClient.to("localhost", port).trust(Path.of(args[2]));
            while (upgraded < upgrades) {
                List<CompletableFuture<SmtpConnection>> connections = new ArrayList<>();
                for (int i = 0; i < open; i++) {
                    connections.add(client.connect(connecting));
                }
                // All have their turn before the first is closed.
                connections.forEach(CompletableFuture::join);
                for (CompletableFuture<SmtpConnection> connection : connections) {
                    upgraded += asksInsideTls(connection.join());
                }
                for (CompletableFuture<SmtpConnection> connection : connections) {
                    connection.join().close();
                }
                if (upgraded == open) {
                    before = LiveObjects.count();
                }
            }
            System.out.println(upgraded + " upgrades, " + open + " connections open at once");
            // The server's side of the last connections ends on the loop's thread.
            LiveObjects.grown(before, open).forEach((type, more) -> System.out.println(type + " +" + more));
        }
    }

    private static int asksInsideTls(SmtpConnection mail) throws IOException {
        var unused = mail.tls().orElseThrow();
        ((SocketChannel) mail.channel().transport()).configureBlocking(true);
        mail.outputStream().write("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
        return SmtpReplies.over(mail.channel()).next().code() == 250 ? 1 : 0;
    }

    private static UpgradeLoop loop(int max, String name) throws IOException {
        UpgradeLoop loop = UpgradeLoop.open(max, Runnable::run);
        Thread thread = new Thread(loop, name);
        thread.setDaemon(true);
        thread.start();
        return loop;
    }
}
