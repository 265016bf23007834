package dev.starttls.conformance.report;

import dev.starttls.conformance.CommandEnvironment;
import dev.starttls.conformance.DeadPort;
import dev.starttls.conformance.Main;
import dev.starttls.conformance.Terminal;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.smtp.ScriptedSmtpSession;
import dev.starttls.conformance.smtp.SmtpFault;
import dev.starttls.conformance.target.Scheme;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run of the command against three targets, made once for all tests: a correct server; one that executes injected
 * commands, and whose greeting contains everything that a report must escape; and a port without a listener. Has the
 * reports that were written, by format.
 */
public final class SampleRun {
    /** A few checks of every kind: all of them would take minutes. */
    private static final List<String> CHECKS =
            List.of("UP-S-01", "UP-S-10", "UP-S-21", "UP-S-22", "UP-S-23", "TLS-S-05b");

    private final int status;
    private final String good;
    private final String broken;
    private final String missing;
    private final Path folder;

    private SampleRun(int status, String good, String broken, String missing, Path folder) {
        this.status = status;
        this.good = good;
        this.broken = broken;
        this.missing = missing;
        this.folder = folder;
    }

    private static final class Once {
        private static final SampleRun RUN = make();
    }

    public static SampleRun once() {
        return Once.RUN;
    }

    private static SampleRun make() {
        try (ScriptedServer good = ScriptedSmtpSession.server(Scheme.SMTP, List.of());
                ScriptedServer broken = ScriptedSmtpSession.server(
                        Scheme.SUBMISSION,
                        List.of(
                                UpgradeFault.KEEPS_READ_AHEAD,
                                SmtpFault.GREETING_WITH_MARKUP,
                                UpgradeFault.NO_CLOSE_NOTIFY))) {
            Path folder = Files.createTempDirectory("reports");
            String missing = "smtp://localhost:" + DeadPort.shared().number();
            List<String> args = new ArrayList<>();
            CHECKS.forEach(check -> args.addAll(List.of("--only", check)));
            args.addAll(List.of("--trust", trust(folder).toString()));
            Stream.of("json", "ndjson", "junit", "sarif", "html", "text")
                    .forEach(format -> args.addAll(List.of("--format", format + "=" + folder.resolve(format))));
            args.addAll(List.of(broken.target().url(), good.target().url(), missing));
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            int status = Main.run(
                    new CommandEnvironment(
                            InputStream.nullInputStream(),
                            new PrintStream(java.io.OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                            new PrintStream(err, true, StandardCharsets.UTF_8),
                            Terminal.ABSENT),
                    new LibraryServers(),
                    args.toArray(String[]::new));
            if (err.size() > 0) {
                throw new IllegalStateException(err.toString(StandardCharsets.UTF_8));
            }
            return new SampleRun(status, good.target().url(), broken.target().url(), missing, folder);
        } catch (IOException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path trust(Path folder) throws IOException, CertificateEncodingException {
        X509Certificate root = ScriptedServer.AUTHORITY.root();
        return Files.writeString(
                folder.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(root.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    public int status() {
        return status;
    }

    /** The URL of the server that is right. */
    public String good() {
        return good;
    }

    /** The URL of the one that is not. */
    public String broken() {
        return broken;
    }

    /** The URL of none. */
    public String missing() {
        return missing;
    }

    /** Where the report of this format is. */
    public Path file(String format) {
        return folder.resolve(format);
    }

    /** The report of this format. */
    public String text(String format) {
        try {
            return Files.readString(file(format));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
