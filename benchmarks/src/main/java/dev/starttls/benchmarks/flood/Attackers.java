package dev.starttls.benchmarks.flood;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.DaemonThreads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;

/**
 * Hostile peers on one thread, in a process of their own, so that they can be bound to one core. Prints {@code port N}
 * if it listens and {@code ready} when all are ready to flood, and floods from the next line of its input to the end of
 * the input.
 */
final class Attackers {

    private Attackers() {}

    /** Arguments: the attack, the number of attackers, the port to connect to (0 to listen), and the key store. */
    public static void main(String[] args) throws Exception {
        Attack attack = Attack.valueOf(args[0]);
        int count = Integer.parseInt(args[1]);
        int port = Integer.parseInt(args[2]);
        Contexts contexts = Contexts.of(Path.of(args[3]));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        List<Attacker> attackers = attack.target() == Attack.AttackedSide.SERVER
                ? clients(attack, count, port, contexts)
                : servers(attack, count, contexts);
        System.out.println("ready");
        if (orders.readLine() == null) {
            return;
        }
        AtomicBoolean over = new AtomicBoolean();
        DaemonThreads.start("orders", () -> end(orders, over));
        long sent = 0;
        do {
            boolean any = false;
            for (Attacker attacker : attackers) {
                int octets = attacker.flood();
                sent += octets;
                any |= octets > 0;
            }
            if (!any) {
                Thread.onSpinWait();
            }
        } while (!over.get());
        System.out.println("sent " + sent + " left "
                + attackers.stream().filter(Attacker::alive).count());
    }

    private static List<Attacker> clients(Attack attack, int count, int port, Contexts contexts) throws Exception {
        List<Attacker> attackers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            SSLEngine engine = contexts.client().createSSLEngine("localhost", port);
            engine.setUseClientMode(true);
            attackers.add(Attacker.client(attack, channel, engine));
        }
        return attackers;
    }

    private static List<Attacker> servers(Attack attack, int count, Contexts contexts) throws Exception {
        List<Attacker> attackers = new ArrayList<>();
        try (ServerSocketChannel listening =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000)) {
            System.out.println("port " + listening.socket().getLocalPort());
            for (int i = 0; i < count; i++) {
                SSLEngine engine = contexts.server().createSSLEngine();
                engine.setUseClientMode(false);
                attackers.add(Attacker.server(attack, listening.accept(), engine));
            }
        }
        return attackers;
    }

    private static void end(BufferedReader orders, AtomicBoolean over) {
        try {
            while (orders.readLine() != null) {
                // The flood goes on until the end.
            }
        } catch (IOException e) {
            // The process that has started this one has gone.
            over.set(true);
        }
        over.set(true);
    }
}
