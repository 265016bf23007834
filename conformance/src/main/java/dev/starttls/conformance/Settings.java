package dev.starttls.conformance;

import dev.starttls.conformance.profile.Profile;
import dev.starttls.conformance.profile.ProfileException;
import dev.starttls.conformance.run.RunSettings;
import dev.starttls.conformance.target.ClientIdentity;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.conformance.target.TrustedRoots;
import dev.starttls.conformance.target.UnreadableFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The settings of targets, from the options, validated. */
final class Settings {
    /** Longer than any that a person or a program chose; a device has no end. */
    private static final int MAX_PASSWORD = 10_000;

    private Settings() {}

    static TargetSettings of(Options options) throws UsageException {
        TargetSettings settings = TargetSettings.standard().withAnswer(Duration.ofSeconds(options.timeout));
        Optional<InetAddress> local = options.fleet.local();
        if (local.isPresent()) {
            settings = settings.withLocalAddress(local.get());
        }
        if (options.trust.isPresent()) {
            settings = settings.withTrust(roots(options.trust.get()));
        }
        if (options.serverName.isPresent()) {
            settings = named(settings, options.serverName.get());
        }
        if (options.clientCertificate.isPresent() != options.clientKey.isPresent()) {
            throw new UsageException("--client-certificate and --client-key go together");
        }
        if (options.clientCertificate.isPresent()) {
            settings = settings.withClientIdentity(identity(options.clientCertificate.get(), options.clientKey.get()));
        }
        if (options.ehloName.isPresent()) {
            settings = greeting(settings, options.ehloName.get());
        }
        if (options.user.isPresent() != options.passwordFile.isPresent()) {
            throw new UsageException("--user and --password-file go together");
        }
        if (options.user.isPresent()) {
            settings = settings.withLogin(new Login(options.user.get(), password(options.passwordFile.get())));
        }
        return settings;
    }

    /** The profiles with these names or files, each once, by what it was named. */
    static Map<String, Profile> profiles(Collection<String> names) throws UsageException {
        Map<String, Profile> profiles = new LinkedHashMap<>();
        for (String name : names) {
            try {
                profiles.put(name, Profile.named(name));
            } catch (ProfileException e) {
                throw new UsageException("--profile: " + e.getMessage());
            }
        }
        return profiles;
    }

    /** The limits of a run; call {@link #of} first, which validates the options. */
    static RunSettings run(Options options, TargetSettings settings) {
        RunSettings run = RunSettings.of(options.parallel, settings.answer());
        return options.rate.map(run::withRate).orElse(run);
    }

    private static TargetSettings named(TargetSettings settings, String name) throws UsageException {
        if (name.isBlank()) {
            throw new UsageException("--server-name: expected the name in the server's certificate, got nothing");
        }
        try {
            return settings.withServerName(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--server-name: " + e.getMessage());
        }
    }

    private static TargetSettings greeting(TargetSettings settings, String name) throws UsageException {
        try {
            return settings.withEhloName(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--ehlo-name: " + e.getMessage());
        }
    }

    private static ClientIdentity identity(Path certificate, Path key) throws UsageException {
        try {
            return ClientIdentity.pem(certificate, key);
        } catch (IOException e) {
            throw new UsageException("--client-certificate, --client-key: " + e.getMessage());
        }
    }

    private static List<X509Certificate> roots(Path pem) throws UsageException {
        try {
            return TrustedRoots.in(pem);
        } catch (IOException e) {
            throw new UsageException("--trust: " + e.getMessage());
        }
    }

    /**
     * The password. It is read from the file each time it is used, so that it need not stay in memory; what is no
     * regular file, such as a pipe, can be read once only.
     */
    private static Supplier<char[]> password(Path file) throws UsageException {
        char[] first;
        try {
            first = firstLine(file);
        } catch (IOException e) {
            throw new UsageException(
                    "--password-file: " + UnreadableFile.exception(file, e).getMessage());
        }
        if (first.length == 0) {
            throw new UsageException(
                    "--password-file: expected a password in the first line of " + file + ", got nothing");
        }
        if (!Files.isRegularFile(file)) {
            return first::clone;
        }
        return () -> {
            try {
                return firstLine(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private static char[] firstLine(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next >= 0 && next != '\n' && next != '\r'; next = in.read()) {
                if (line.length() == MAX_PASSWORD) {
                    throw new IOException("its first line is longer than " + MAX_PASSWORD + " characters");
                }
                line.append((char) next);
            }
            return (line.indexOf("\ufeff") == 0 ? line.substring(1) : line.toString()).toCharArray();
        }
    }
}
