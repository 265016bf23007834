package dev.starttls.conformance;

import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.target.TrustedRoots;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The settings of targets, from the options, validated. */
final class Settings {
    private static final int MAX_TIMEOUT = 3600;
    private static final int MAX_PARALLEL = 256;
    private static final int MAX_TARGETS = 256;

    private Settings() {}

    static TargetSettings of(Options options) throws UsageException {
        if (options.timeout < 1 || options.timeout > MAX_TIMEOUT) {
            throw new UsageException("--timeout is 1 to " + MAX_TIMEOUT + " seconds, not " + options.timeout);
        }
        if (options.parallel < 1 || options.parallel > MAX_PARALLEL) {
            throw new UsageException("--parallel is 1 to " + MAX_PARALLEL + ", not " + options.parallel);
        }
        if (options.targets < 1 || options.targets > MAX_TARGETS) {
            throw new UsageException("--targets is 1 to " + MAX_TARGETS + ", not " + options.targets);
        }
        TargetSettings settings = TargetSettings.standard().withAnswer(Duration.ofSeconds(options.timeout));
        if (options.trust.isPresent()) {
            settings = settings.withTrust(roots(options.trust.get()));
        }
        if (options.serverName.isPresent()) {
            settings = named(settings, options.serverName.get());
        }
        if (options.user.isPresent() != options.passwordFile.isPresent()) {
            throw new UsageException("--user and --password-file go together");
        }
        if (options.user.isPresent()) {
            settings = settings.withLogin(new Login(options.user.get(), password(options.passwordFile.get())));
        }
        return settings;
    }

    private static TargetSettings named(TargetSettings settings, String name) throws UsageException {
        try {
            return settings.withServerName(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--server-name: " + e.getMessage());
        }
    }

    private static List<X509Certificate> roots(Path pem) throws UsageException {
        try {
            return TrustedRoots.in(pem);
        } catch (IOException e) {
            throw new UsageException("--trust: " + e.getMessage());
        }
    }

    /** The password, read from the file each time it is used, so that it need not stay in memory. */
    private static Supplier<char[]> password(Path file) throws UsageException {
        if (!Files.isReadable(file)) {
            throw new UsageException("--password-file: cannot read " + file);
        }
        return () -> {
            try (BufferedReader in = Files.newBufferedReader(file)) {
                String line = in.readLine();
                return line == null ? new char[0] : line.toCharArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
