package dev.starttls.smtp.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Keeps one file for each domain: some lines about the policy, one that is empty, and the policy as it was fetched. Its length comes
 * first, so that a file which was cut is not taken for a policy with fewer hosts.
 */
final class FolderStore implements PolicyStore {

    private static final String SUFFIX = ".mta-sts";
    private static final String FORMAT = "mta-sts-policy 1";
    /** File systems take names of 255 octets. */
    private static final int MAX_DOMAIN = 200;
    /** The head has five lines of at most some 210 characters. */
    private static final int MAX_FILE = StsPolicy.MAX_OCTETS + 2_048;

    private final Path folder;

    FolderStore(Path folder) {
        this.folder = Objects.requireNonNull(folder, "folder: expected a path, got null");
    }

    @Override
    public Optional<StoredPolicy> find(String domain) {
        if (!kept(domain)) {
            return Optional.empty();
        }
        Path file = file(domain);
        try {
            if (Files.size(file) > MAX_FILE) {
                return Optional.empty();
            }
            return read(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                    .filter(policy -> policy.domain().equals(domain));
        } catch (IOException e) {
            // Damaged, or not there: fetched again.
            return Optional.empty();
        }
    }

    @Override
    public void keep(StoredPolicy policy) {
        if (!kept(policy.domain())) {
            return;
        }
        try {
            Files.createDirectories(folder);
            Path written = Files.createTempFile(folder, "new", ".tmp");
            try {
                Files.write(written, text(policy).getBytes(StandardCharsets.ISO_8859_1));
                replace(written, file(policy.domain()));
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Expected to write a policy into " + folder + ", got " + e, e);
        }
    }

    @Override
    public void remove(String domain) {
        if (kept(domain)) {
            try {
                Files.deleteIfExists(file(domain));
            } catch (IOException e) {
                throw new UncheckedIOException("Expected to delete a policy in " + folder + ", got " + e, e);
            }
        }
    }

    @Override
    public List<String> domains() {
        List<String> domains = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String domain = name.substring(0, name.length() - SUFFIX.length());
                if (kept(domain)) {
                    domains.add(domain);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            throw new UncheckedIOException(new IOException("Expected to list " + folder + ", got " + e, e));
        }
        return domains;
    }

    /** Whether a file may have the name: what is a domain has no separator of paths. */
    private static boolean kept(String domain) {
        return domain.length() <= MAX_DOMAIN
                && DomainName.of(domain).filter(domain::equals).isPresent();
    }

    private Path file(String domain) {
        return folder.resolve(domain + SUFFIX);
    }

    private static void replace(Path written, Path file) throws IOException {
        try {
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String text(StoredPolicy kept) {
        // Without an LF at its end, which one of the maximum length may not have had.
        String policy = String.join("\n", kept.policy().lines());
        return FORMAT + "\n" + kept.domain() + "\n" + kept.id() + "\n" + kept.fetched() + "\n" + kept.used() + "\n"
                + policy.length() + "\n\n" + policy;
    }

    private static Optional<StoredPolicy> read(String text) {
        String[] lines = text.split("\n", 8);
        if (lines.length < 8 || !lines[0].equals(FORMAT) || !lines[6].isEmpty()) {
            return Optional.empty();
        }
        try {
            if (Integer.parseInt(lines[5]) != lines[7].length()) {
                return Optional.empty();
            }
            return Optional.of(new StoredPolicy(
                    lines[1], lines[2], StsPolicy.parse(lines[7]), Instant.parse(lines[3]), Instant.parse(lines[4])));
        } catch (StsSyntaxException | DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
