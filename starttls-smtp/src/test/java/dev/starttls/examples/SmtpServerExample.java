package dev.starttls.examples;

import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.smtp.SmtpDataReceiver;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpTransaction;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * A server on one thread: its key from PEM files, a handler that takes mail and discards it, a listener, and the loop. Needs
 * java.base only, and two packages of this library.
 */
public final class SmtpServerExample {

    /** The maximum number of connections at once, of which each holds a file descriptor. */
    private static final int CONNECTIONS = 10_000;

    /** The maximum length of a message in octets: 10 MiB. */
    private static final long MESSAGE_OCTETS = 10_485_760;

    private SmtpServerExample() {}

    /** Takes a port, a PEM file with the certificate and its issuers, and one with the key. */
    public static void main(String[] args) throws IOException {
        server(Path.of(args[1]), Path.of(args[2]), System.out)
                .listen(new InetSocketAddress(Integer.parseInt(args[0])), CONNECTIONS)
                .run();
    }

    static SmtpServer server(Path chain, Path key, PrintStream log) throws IOException {
        SmtpTransaction mail = new SmtpTransaction(envelope -> new Discarding(), MESSAGE_OCTETS);
        return SmtpServer.named("mx.example.org", mail)
                .extensions(mail.extensions())
                .keys(chain, key)
                .listener(new Log(log));
    }

    private static final class Discarding implements SmtpDataReceiver {

        @Override
        public void line(String line) {}

        @Override
        public SmtpReply end() {
            return SmtpReply.of(250, "2.0.0 Discarded");
        }
    }

    private record Log(PrintStream out) implements UpgradeListener {
        @Override
        public void failed(UpgradeException why) {
            out.println(why.getMessage());
        }
    }
}
