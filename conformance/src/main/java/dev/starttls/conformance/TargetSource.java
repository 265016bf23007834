package dev.starttls.conformance;

import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import dev.starttls.conformance.target.UnreadableFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The sources of targets: the command line, and a file or standard input that may have no end. */
final class TargetSource {
    private TargetSource() {}

    /** A target given on the command line. */
    static Target parse(String url) throws UsageException {
        if (NamedTargets.block(url).isPresent()) {
            throw new UsageException(
                    "'" + url + "' is a block of addresses: survey it by --survey, or write it into the file of"
                            + " --targets-file");
        }
        if (domain(url).isPresent()) {
            throw new UsageException("'" + url
                    + "' is a domain, and --survey connects to servers: leave --survey out, or" + " write smtp://HOST");
        }
        try {
            return Target.parse(url);
        } catch (TargetException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** What the user calls the file. */
    static String name(Optional<String> file) {
        return file.filter(name -> !name.equals("-"))
                .map(name -> "the targets file " + name)
                .orElse("standard input");
    }

    /** A domain given on the command line; empty if it is no domain. */
    static Optional<DomainTarget> domain(String text) throws UsageException {
        try {
            return DomainTarget.parse(text);
        } catch (TargetException e) {
            throw new UsageException(e.getMessage());
        }
    }

    static InputStream open(String file, InputStream standardInput) throws UsageException {
        if (file.equals("-")) {
            return new BufferedInputStream(standardInput);
        }
        Path path = FileName.of("--targets-file", file);
        try {
            // A directory can be opened, and only reading it would fail.
            if (Files.isDirectory(path)) {
                throw new IOException();
            }
            return new BufferedInputStream(Files.newInputStream(path));
        } catch (IOException e) {
            throw new UsageException(
                    "--targets-file: " + UnreadableFile.exception(path, e).getMessage());
        }
    }
}
