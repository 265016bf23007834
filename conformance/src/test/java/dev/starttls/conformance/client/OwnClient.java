package dev.starttls.conformance.client;

import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.imap.ImapClient;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.smtp.SmtpClient;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * This project's client of a protocol, on one of its drivers, with the few commands behind it that an author who embeds it
 * writes: without TLS no credentials.
 */
final class OwnClient implements ClientUnderTest {
    private static final int MAX_LINE = 1 << 16;
    private static final int MAX_LINES = 1000;

    /** What moves the octets. */
    enum Driver {
        BLOCKING,
        LOOP,
        SANS_IO
    }

    private final Protocol protocol;
    private final TlsPolicy policy;
    private final Driver driver;
    private final UpgradeLoop loop;

    OwnClient(Protocol protocol, ClientPolicy policy, Driver driver, UpgradeLoop loop) {
        this.protocol = protocol;
        this.policy = TlsPolicy.valueOf(policy.name());
        this.driver = driver;
        this.loop = loop;
    }

    @Override
    public Ending run(Attempt attempt) throws InterruptedException {
        try {
            switch (protocol) {
                case SMTP -> run(SmtpClient.to(attempt.host(), attempt.port()), attempt);
                case IMAP -> run(ImapClient.to(attempt.host(), attempt.port()), attempt);
                case POP3 -> run(Pop3Client.to(attempt.host(), attempt.port()), attempt);
            }
            return Ending.of(Ending.Kind.SUCCESS, "done");
        } catch (IOException e) {
            return Ending.of(Ending.Kind.FAILURE, String.valueOf(e.getMessage()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private <S extends ClientSetup<S, C, ?>, C extends ClientConnection<?>> void run(S setup, Attempt attempt)
            throws IOException, GeneralSecurityException, InterruptedException {
        S client = setup.policy(policy).sslContext(trusting(attempt)).timeout(Duration.ofSeconds(15));
        switch (driver) {
            case BLOCKING -> {
                try (C session = client.connect(SocketChannel.open(server(attempt)))) {
                    session(
                            session.inputStream(),
                            session.outputStream(),
                            session.report().encrypted(),
                            attempt);
                }
            }
            case LOOP -> {
                try (C session = client.connect(loop).get()) {
                    ((SocketChannel) session.channel().transport()).configureBlocking(true);
                    session(
                            session.inputStream(),
                            session.outputStream(),
                            session.report().encrypted(),
                            attempt);
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof IOException failed) {
                        throw new IOException(failed.getMessage(), failed);
                    }
                    throw new IllegalStateException(e);
                }
            }
            case SANS_IO -> {
                UpgradeConnection connection = client.connection();
                try (SocketChannel socket = SocketChannel.open(server(attempt))) {
                    SansIoStreams streams = new SansIoStreams(socket, connection);
                    streams.upgrade();
                    session(
                            streams.input(),
                            streams.output(),
                            connection.report().encrypted(),
                            attempt);
                }
            }
        }
    }

    /** The name is not looked up, so that it can be any. */
    private static InetSocketAddress server(Attempt attempt) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), attempt.port());
    }

    private static SSLContext trusting(Attempt attempt) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("root", attempt.root());
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private void session(InputStream in, OutputStream out, boolean encrypted, Attempt attempt) throws IOException {
        Lines lines = new Lines(in, out);
        switch (protocol) {
            case SMTP -> {
                lines.send("EHLO client.example.org");
                boolean invited = lines.reply("250").stream().anyMatch(line -> line.matches("250[ -]AUTH .*PLAIN.*"));
                if (encrypted && !invited) {
                    throw new IOException("no login is offered");
                }
                if (encrypted) {
                    String login = "\0" + attempt.user() + "\0" + attempt.password();
                    lines.smtp(
                            "AUTH PLAIN " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)),
                            "235");
                }
                lines.smtp("MAIL FROM:<a@example.org>", "250");
                lines.smtp("RCPT TO:<b@example.org>", "250");
                lines.smtp("DATA", "354");
                lines.smtp("Subject: test\r\n\r\nhello\r\n.", "250");
                lines.smtp("QUIT", "221");
            }
            case IMAP -> {
                require(encrypted);
                String offered = String.join(" ", lines.imap("CAPABILITY"));
                if (offered.contains("LOGINDISABLED") || !offered.contains("AUTH=")) {
                    throw new IOException("no login is offered");
                }
                for (String command : List.of(
                        "LOGIN " + attempt.user() + " " + attempt.password(),
                        "EXAMINE INBOX",
                        "FETCH 1 FLAGS",
                        "LOGOUT")) {
                    var unused = lines.imap(command);
                }
            }
            case POP3 -> {
                require(encrypted);
                if (!lines.pop3("CAPA").contains("USER")) {
                    throw new IOException("no login is offered");
                }
                for (String command :
                        List.of("USER " + attempt.user(), "PASS " + attempt.password(), "STAT", "RETR 1", "QUIT")) {
                    var unused = lines.pop3(command);
                }
            }
        }
    }

    private static void require(boolean encrypted) throws IOException {
        if (!encrypted) {
            throw new IOException("no login without TLS");
        }
    }

    /** Commands, and the lines that answer them. */
    private static final class Lines {
        private final InputStream in;
        private final OutputStream out;
        private int commands;

        Lines(InputStream in, OutputStream out) {
            this.in = in;
            this.out = out;
        }

        private void send(String line) throws IOException {
            out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            while (line.length() < MAX_LINE) {
                int octet = in.read();
                if (octet < 0) {
                    throw new EOFException("the server ended the session");
                }
                if (octet == '\n') {
                    return line.toString().strip();
                }
                line.append((char) octet);
            }
            throw new IOException("a line of more than " + MAX_LINE + " octets");
        }

        void smtp(String command, String code) throws IOException {
            send(command);
            var unused = reply(code);
        }

        List<String> reply(String code) throws IOException {
            List<String> lines = new ArrayList<>(List.of(line()));
            while (lines.get(lines.size() - 1).startsWith(code + "-")) {
                bound(lines.size());
                lines.add(line());
            }
            if (!lines.get(lines.size() - 1).startsWith(code)) {
                throw new IOException("expected " + code + ", got " + lines);
            }
            return lines;
        }

        List<String> imap(String command) throws IOException {
            commands++;
            String tag = "s" + commands + " ";
            send(tag + command);
            List<String> lines = new ArrayList<>();
            String line = line();
            while (line.startsWith("* ")) {
                bound(lines.size());
                lines.add(line);
                line = line();
            }
            if (!line.startsWith(tag + "OK")) {
                throw new IOException("expected " + tag + "OK, got " + line);
            }
            return lines;
        }

        List<String> pop3(String command) throws IOException {
            send(command);
            String line = line();
            if (!line.startsWith("+OK")) {
                throw new IOException("expected +OK, got " + line);
            }
            List<String> lines = new ArrayList<>();
            if (command.startsWith("RETR") || command.equals("CAPA")) {
                for (line = line(); !line.equals("."); line = line()) {
                    bound(lines.size());
                    lines.add(line);
                }
            }
            return lines;
        }

        private static void bound(int lines) throws IOException {
            if (lines > MAX_LINES) {
                throw new IOException("more than " + MAX_LINES + " lines");
            }
        }
    }
}
