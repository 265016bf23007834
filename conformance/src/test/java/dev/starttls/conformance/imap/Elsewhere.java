package dev.starttls.conformance.imap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** What loopback addresses this machine has: a second one of IPv4, as Linux does and others do not; one of IPv6. */
final class Elsewhere {
    private Elsewhere() {}

    static boolean byIpv6() {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName("::1"), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static boolean reachable() {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
            return InetAddress.getByName("localhost").equals(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        } catch (IOException e) {
            return false;
        }
    }
}
