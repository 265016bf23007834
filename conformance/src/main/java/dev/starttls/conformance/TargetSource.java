package dev.starttls.conformance;

import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where targets come from: the command line, and a file or standard input that may have no end. */
final class TargetSource {
    private TargetSource() {}

    /** A target that was written on the command line. */
    static Target parse(String url) throws UsageException {
        if (url.equals("client")) {
            throw new UsageException("'client', the check of a client, is not available yet; to check a server called"
                    + " client write smtp://client");
        }
        try {
            return Target.parse(url);
        } catch (TargetException e) {
            throw new UsageException(e.getMessage());
        }
    }

    static BufferedReader open(String file, InputStream standardInput) throws UsageException {
        try {
            return file.equals("-")
                    ? new BufferedReader(new InputStreamReader(standardInput, StandardCharsets.UTF_8))
                    : Files.newBufferedReader(Path.of(file));
        } catch (IOException e) {
            throw new UsageException("cannot read the targets file: " + e.getMessage());
        }
    }
}
