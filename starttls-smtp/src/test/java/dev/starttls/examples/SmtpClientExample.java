package dev.starttls.examples;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeListener;
import dev.starttls.core.upgrade.UpgradeReport.Negotiated;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpReplies;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A client with blocking streams: upgrades under a policy, with its own trusted root, a time limit and a listener; says NOOP
 * and QUIT, and prints how it went. Needs java.base only, and two packages of this library.
 */
public final class SmtpClientExample {

    private SmtpClientExample() {}

    /** Takes a host, a port and a file with the root certificate to trust, in PEM. */
    public static void main(String[] args) throws IOException {
        SmtpClient client = SmtpClient.to(args[0], Integer.parseInt(args[1])).trust(Path.of(args[2]));
        talk(client, System.out);
    }

    static void talk(SmtpClient client, PrintStream out) throws IOException {
        client.policy(TlsPolicy.REQUIRED).timeout(Duration.ofSeconds(20)).listener(new Alert(out));
        try (SmtpConnection mail = client.connect()) {
            Negotiated tls = mail.report().tls().orElseThrow();
            out.println(tls.version() + " " + tls.suite());
            SmtpReplies replies = SmtpReplies.over(mail.channel());
            OutputStream commands = mail.outputStream();
            for (String command : new String[] {"NOOP", "QUIT"}) {
                commands.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.println(replies.next());
            }
        } catch (UpgradeException why) {
            boolean later = why.reason() == FailureReason.TIMEOUT || why.reason() == FailureReason.CONNECT_FAILED;
            out.println((later ? "try again later: " : "give up: ") + why.getMessage());
        }
    }

    /** Reports the mail that stays here because there is no TLS, or none that can be trusted. */
    private record Alert(PrintStream out) implements UpgradeListener {
        @Override
        public void blocked(UpgradeException why) {
            out.println("blocked: " + why.resultType());
        }
    }
}
