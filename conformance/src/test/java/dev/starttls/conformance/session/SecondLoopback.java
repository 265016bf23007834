package dev.starttls.conformance.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Whether this machine has a second loopback address, as Linux does and others do not. */
public final class SecondLoopback {
    private SecondLoopback() {}

    public static boolean reachable() {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
            return InetAddress.getByName("localhost").equals(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        } catch (IOException e) {
            return false;
        }
    }
}
