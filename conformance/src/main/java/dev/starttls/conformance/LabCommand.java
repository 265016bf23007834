package dev.starttls.conformance;

import dev.starttls.conformance.lab.Laboratory;
import dev.starttls.conformance.run.Outcome;
import dev.starttls.conformance.tls.certificate.CertificatePem;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** {@code conformance lab}: a domain on loopback until the process is interrupted. */
final class LabCommand {
    private final CommandEnvironment environment;
    private final LabOptions options;

    LabCommand(CommandEnvironment environment, LabOptions options) {
        this.environment = environment;
        this.options = options;
    }

    /**
     * Serves the domain until the process, or this thread, is interrupted.
     *
     * @return the exit status
     */
    int run() throws UsageException {
        if (options.folder.toString().chars().anyMatch(Character::isWhitespace)) {
            throw new UsageException(
                    "--folder: expected a path without spaces, since $(cat FOLDER/options) is split at them, got '"
                            + options.folder + "'");
        }
        CountDownLatch interrupted = new CountDownLatch(1);
        Interrupts.Watch watch = environment.interrupts().on(interrupted::countDown);
        try (Laboratory lab =
                Laboratory.start(new Laboratory.Ports(options.port, options.policyPort, options.dnsPort))) {
            describe(lab);
            interrupted.await();
        } catch (IOException e) {
            environment.say(e.getMessage());
            return ExitStatus.IO_FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watch.close();
        }
        return Outcome.PASSED.status();
    }

    private void describe(Laboratory lab) throws IOException {
        Path root = options.folder.resolve("root.pem");
        Path anchor = options.folder.resolve("anchor");
        Path file = options.folder.resolve("options");
        List<String> lines = lab.options(root.toString());
        try {
            Files.createDirectories(options.folder);
            Files.writeString(root, CertificatePem.of(lab.root()));
            Files.writeString(anchor, lab.anchor());
            Files.write(file, lines);
        } catch (IOException e) {
            throw new IOException("cannot write into the folder " + options.folder + ": " + e, e);
        }
        PrintStream out = environment.out();
        out.println(Laboratory.DOMAIN + " is served on this machine. What a check of it needs is in " + file + ":");
        lines.forEach(line -> out.println("  " + line));
        out.println("Check it: " + environment.call() + " $(cat " + file + ") mx:" + Laboratory.DOMAIN);
        out.println("With --trust-anchor " + anchor + " the check validates its signatures itself.");
        out.println("Ready, until it is interrupted.");
        out.flush();
    }
}
