package dev.starttls.conformance.peers;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The description of a server: sections of lines, each under a line {@code == name}.
 *
 * <ul>
 *   <li>{@code needs}: files and folders without which the test is skipped; {@code root} where only root can start it
 *   <li>{@code ports}: names, each given a free port; those that are named like a scheme are checked
 *   <li>{@code file PATH}: a file that is written into the server's folder
 *   <li>{@code run}: programs with their arguments, a process each, started in this order; {@code prepare}: run to their end
 *       before
 *   <li>{@code options}: {@code login USER PASSWORD}, {@code parallel N}, {@code skip ID}, {@code varies ID} (found or
 *       not, as the server's timing has it)
 *   <li>{@code finds SCHEME}: what neither passes nor is skipped, an id and a status per line
 * </ul>
 *
 * Files and arguments may name {@code @folder@}, {@code @peers@} (where programs are that no package installs), {@code
 * @pem@}, {@code @key@}, {@code @chain@}, {@code @p12@}, {@code @java@}, and the port of each name.
 *
 * @param path where the file is
 * @param sections by their whole name, in the order of the file
 */
record PeerFile(Path path, Map<String, List<String>> sections) {
    private static final Path FOLDER = Path.of("src/test/resources/dev/starttls/conformance/peers");
    private static final String HEADING = "== ";
    private static final String FINDS = "finds ";

    /** All that there are in a folder, by name. */
    static List<PeerFile> all(String folder) throws IOException {
        try (Stream<Path> files = Files.list(root().resolve(folder))) {
            List<PeerFile> peers = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                peers.add(read(file));
            }
            return peers;
        }
    }

    /** Of the sources, since lists are recorded in them. */
    private static Path root() {
        Path here = FOLDER.toAbsolutePath();
        return Files.isDirectory(here)
                ? here
                : Path.of("conformance").resolve(FOLDER).toAbsolutePath();
    }

    private static PeerFile read(Path file) throws IOException {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        sections.put("", lines);
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (line.startsWith(HEADING)) {
                lines = new ArrayList<>();
                if (sections.put(line.substring(HEADING.length()).strip(), lines) != null) {
                    throw new IOException(file + " has two sections of the name " + line);
                }
            } else {
                lines.add(line);
            }
        }
        return new PeerFile(file, sections);
    }

    String name() {
        return path.getFileName().toString();
    }

    /** The lines of a section that are not blank. */
    List<String> lines(String section) {
        return sections.getOrDefault(section, List.of()).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** The files that it is started with, as text, by their name. */
    Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        sections.forEach((name, lines) -> {
            if (name.startsWith("file ")) {
                files.put(name.substring("file ".length()), String.join("\n", lines) + "\n");
            }
        });
        return files;
    }

    /** The values of an option, in the order of the file. */
    List<String> option(String name) {
        return lines("options").stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    /** Those of its ports that are checked. */
    List<Scheme> schemes() {
        return lines("ports").stream()
                .map(Scheme::named)
                .flatMap(Optional::stream)
                .toList();
    }

    /** What the suite is known to find at one of its ports. */
    Map<String, Status> finds(Scheme scheme) {
        Map<String, Status> finds = new TreeMap<>();
        for (String line : lines(FINDS + scheme.key())) {
            String[] words = line.split("\\s+", -1);
            finds.put(words[0], Status.valueOf(words[1].toUpperCase(Locale.ROOT)));
        }
        return finds;
    }

    /** Writes what was found into the file, in place of what it says. */
    void record(Map<Scheme, Map<String, Status>> found) throws IOException {
        StringBuilder text = new StringBuilder();
        sections.forEach((name, lines) -> {
            if (!name.startsWith(FINDS)) {
                text.append(name.isEmpty() ? "" : HEADING + name + "\n");
                lines.forEach(line -> text.append(line).append('\n'));
            }
        });
        for (Scheme scheme : schemes()) {
            text.append(HEADING).append(FINDS).append(scheme.key()).append('\n');
            found.getOrDefault(scheme, Map.of())
                    .forEach((id, status) ->
                            text.append(id).append(' ').append(status.key()).append('\n'));
        }
        Files.writeString(path, text.toString(), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return name();
    }
}
