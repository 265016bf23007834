package dev.starttls.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.starttls.conformance.report.SurveyJson;
import dev.starttls.conformance.target.DomainTarget;
import dev.starttls.conformance.target.Target;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The targets that have a result in the ndjson of an earlier run. A line counts if it is complete and an object with the field
 * {@code target}: whenever the run was killed, a target without a whole result is asked again. Memory: 32 octets or so for each, twice that for
 * checks, whose servers of domains are known by their addresses too.
 */
final class DoneTargets {
    private static final JsonFactory JSON = new JsonFactory();

    /** Far more than the longest report: what is longer is none, such as the zeros that a crash of the system can leave. */
    private static final int MAX_LINE = 16 << 20;

    private final boolean eachAddress;
    private final Fingerprints known = new Fingerprints();
    private long lines;
    private long unusable;

    private DoneTargets(boolean eachAddress) {
        this.eachAddress = eachAddress;
    }

    /** None are done. */
    static DoneTargets none() {
        return new DoneTargets(false);
    }

    /**
     * Reads the results, and cuts off the beginning of a line at their end, which a run that was killed has left: the next result
     * would be added to it.
     *
     * @param results may be absent: then none are done
     * @param eachAddress whether each address of a name has a result of its own
     * @throws UsageException if the file cannot be read
     */
    static DoneTargets in(Path results, boolean eachAddress) throws UsageException {
        DoneTargets done = new DoneTargets(eachAddress);
        if (!Files.exists(results)) {
            return done;
        }
        if (!Files.isRegularFile(results)) {
            throw new UsageException("--resume: expected a file of ndjson, got " + results);
        }
        try {
            long whole = done.read(results);
            if (whole < Files.size(results) && Files.isWritable(results)) {
                try (RandomAccessFile file = new RandomAccessFile(results.toFile(), "rw")) {
                    file.setLength(whole);
                }
            }
        } catch (IOException e) {
            throw new UsageException("--resume: cannot read " + results + ": " + e.getMessage());
        }
        return done;
    }

    /** Returns where the last whole line ends. */
    private long read(Path results) throws IOException {
        long position = 0;
        long whole = 0;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(results), 1 << 16)) {
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                position++;
                if (octet == '\n') {
                    add(line.toByteArray());
                    line.reset();
                    whole = position;
                } else if (line.size() < MAX_LINE) {
                    line.write(octet);
                }
            }
        }
        return whole;
    }

    private void add(byte[] line) {
        if (line.length == 0) {
            return;
        }
        String target = "";
        String address = "";
        String kind = "";
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                unusable++;
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("target")) {
                    target = json.getText();
                } else if (field.equals("address")) {
                    address = json.getText();
                } else if (field.equals("kind")) {
                    kind = json.getText();
                } else {
                    json.skipChildren();
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null || target.isEmpty()) {
                unusable++;
                return;
            }
        } catch (IOException e) {
            // A line that another one was written into: neither of the two is a result.
            unusable++;
            return;
        }
        lines++;
        known.add(key(target, eachAddress ? Optional.of(address) : Optional.empty()));
        // A survey has no domains, and so many targets that memory counts.
        if (!eachAddress && !address.isEmpty() && !kind.equals(SurveyJson.KIND)) {
            known.add(key(target, Optional.of(address)));
        }
    }

    private static byte[] key(String url, Optional<String> address) {
        return (url.toLowerCase(Locale.ROOT) + address.map(own -> " " + own).orElse(""))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a domain has a result. */
    boolean contains(DomainTarget domain) {
        return known.contains(key(domain.url(), eachAddress ? Optional.of("") : Optional.empty()));
    }

    /** Whether the target has a result at its address, whichever of its addresses were to be checked. */
    boolean containsAt(Target target) {
        return known.contains(key(target.url(), target.address().map(InetAddress::getHostAddress)));
    }

    /** Whether the target has a result. */
    boolean contains(Target target) {
        Optional<String> address = eachAddress
                ? Optional.of(target.address().map(InetAddress::getHostAddress).orElse(""))
                : Optional.empty();
        return known.contains(key(target.url(), address));
    }

    /** What was found, in words; empty if nothing was. */
    Optional<String> description() {
        return lines + unusable == 0
                ? Optional.empty()
                : Optional.of(lines + (lines == 1 ? " result" : " results")
                        + " of an earlier run, whose targets are left out"
                        + (unusable == 0 ? "" : "; " + unusable + " lines that are no results, which are ignored"));
    }
}
