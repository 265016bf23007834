package dev.starttls.conformance.client.interactive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of a session, in JSON: the verdicts, the ports, and the root with its key, so that a client that trusts it
 * trusts the servers of the next session too. Only its owner may read it where the file system knows owners: who has the
 * key can make certificates that the client accepts.
 */
final class SessionFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int VERSION = 1;
    private static final long MAX_SIZE = 1L << 26;

    private final Path file;
    private final String subject;

    /**
     * The file of a session.
     *
     * @param subject what the session is about; a file about something else is refused
     */
    SessionFile(Path file, String subject) {
        this.file = file;
        this.subject = subject;
    }

    /** How a case came to its verdict. */
    enum Cause {
        /** The client came, and went. */
        SETTLED,
        /** The person ended it. */
        ENDED,
        /** It was not run: it does not apply, or cannot say anything of this client. */
        FOREGONE
    }

    /** What a file says of a case. */
    record Done(Verdict verdict, Cause cause, List<Transcript.Entry> transcript) {
        Done {
            transcript = List.copyOf(transcript);
        }
    }

    /** All that a file says. */
    record Content(ClientPki pki, int firstPort, String user, String password, Map<String, Done> cases) {}

    /**
     * Reads it; empty if there is none yet.
     *
     * @throws IOException if it is something else, or of another session; the message says so
     */
    Optional<Content> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_SIZE) {
            throw wrong("got more than " + MAX_SIZE + " octets", null);
        }
        JsonNode json = MAPPER.readTree(file.toFile());
        if (json.path("version").asInt() != VERSION) {
            throw wrong("got something else", null);
        }
        if (!json.path("subject").asText().equals(subject)) {
            throw wrong("got one of " + json.path("subject").asText(), null);
        }
        if (!json.path("root").isTextual() || !json.path("key").isTextual()) {
            throw wrong("got one without its authority", null);
        }
        try {
            Map<String, Done> cases = new LinkedHashMap<>();
            json.path("cases").properties().forEach(each -> cases.put(each.getKey(), done(each.getValue())));
            return Optional.of(new Content(
                    ClientPki.restored(
                            json.path("host").asText(),
                            json.path("root").binaryValue(),
                            json.path("key").binaryValue()),
                    json.path("first_port").asInt(),
                    json.path("user").asText(),
                    json.path("password").asText(),
                    cases));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw wrong("got one that was changed: " + e.getMessage(), e);
        }
    }

    private IOException wrong(String got, Throwable cause) {
        return new IOException(file + ": expected the state of a session of " + subject + ", " + got, cause);
    }

    private static Done done(JsonNode json) {
        List<Transcript.Entry> transcript = new ArrayList<>();
        for (JsonNode each : json.path("transcript")) {
            transcript.add(new Transcript.Entry(
                    each.path("ms").asLong(),
                    each.path("connection").asInt(),
                    From.valueOf(each.path("from").asText()),
                    Through.valueOf(each.path("through").asText()),
                    each.path("text").asText()));
        }
        return new Done(
                new Verdict(
                        Status.valueOf(json.path("verdict").asText().toUpperCase(Locale.ROOT)),
                        json.path("detail").asText(),
                        Verdict.Basis.valueOf(json.path("basis").asText())),
                Cause.valueOf(json.path("cause").asText()),
                transcript);
    }

    /** Replaces it as a whole. */
    void write(Content content) throws IOException {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("version", VERSION);
        json.put("subject", subject);
        json.put("host", content.pki().host());
        json.put("first_port", content.firstPort());
        json.put("user", content.user());
        json.put("password", content.password());
        json.put("root", content.pki().rootEncoded());
        json.put("key", content.pki().rootKeyEncoded());
        ObjectNode cases = json.putObject("cases");
        content.cases().forEach((id, done) -> put(cases.putObject(id), done));
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
        Path whole = Files.createTempFile(folder, "session", ".tmp");
        if (whole.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("rw-------"));
        }
        Files.write(whole, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        try {
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void put(ObjectNode json, Done done) {
        json.put("verdict", done.verdict().status().key());
        json.put("detail", done.verdict().detail());
        json.put("basis", done.verdict().basis().name());
        json.put("cause", done.cause().name());
        ArrayNode transcript = json.putArray("transcript");
        for (Transcript.Entry entry : done.transcript()) {
            transcript
                    .addObject()
                    .put("ms", entry.ms())
                    .put("connection", entry.connection())
                    .put("from", entry.from().name())
                    .put("through", entry.through().name())
                    .put("text", entry.text());
        }
    }
}
