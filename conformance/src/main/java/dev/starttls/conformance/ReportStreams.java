package dev.starttls.conformance;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Where the reports of a run are written, and whether they could be. */
final class ReportStreams implements AutoCloseable {
    private final CommandEnvironment environment;
    private final Optional<Path> continued;
    private final Map<String, PrintStream> files = new LinkedHashMap<>();
    private boolean standardOutput;
    /** What was said to be lost. */
    private String said = "";

    /**
     * No stream yet.
     *
     * @param continued the file that is written to at its end, and not anew
     */
    ReportStreams(CommandEnvironment environment, Optional<Path> continued) {
        this.environment = environment;
        this.continued = continued;
    }

    /** What could not be written: the exit status, and what is said unless the reader has gone. */
    record Loss(int exitStatus, Optional<String> message) {}

    /**
     * The formats that are asked for.
     *
     * @param formats as on the command line; none for text
     * @param read the files that the run reads, which no report may overwrite
     * @param continued the file of an earlier run, to which ndjson alone can be added
     * @throws UsageException if they cannot be written together, or would overwrite what is read
     */
    static List<ReportFile> wanted(List<String> formats, Collection<Path> read, Optional<Path> continued)
            throws UsageException {
        List<ReportFile> wanted = new ArrayList<>();
        for (String format : formats.isEmpty() ? List.of("text") : formats) {
            ReportFile next = ReportFile.parse(format);
            for (ReportFile other : wanted) {
                if (next.shares(other)) {
                    throw new UsageException("two formats cannot share "
                            + next.file().map(Path::toString).orElse("standard output")
                            + ": write one to another file, as in --format " + next.format() + "=FILE");
                }
            }
            if (!next.format().equals("ndjson")
                    && continued.filter(next::writesTo).isPresent()) {
                throw new UsageException("--format " + format + " would overwrite the results of --resume: write"
                        + " --format ndjson=" + continued.get() + " to add to them, or another file");
            }
            for (Path one : read) {
                if (next.overwrites(one)) {
                    throw new UsageException("--format " + format + " would overwrite a file that this run reads");
                }
            }
            wanted.add(next);
        }
        return wanted;
    }

    /** The stream of a report; its file is created, or emptied. */
    PrintStream open(ReportFile wanted) throws UnwritableReportException {
        if (wanted.file().isEmpty()) {
            standardOutput = true;
            return environment.out();
        }
        Path path = wanted.file().get();
        boolean append = wanted.format().equals("ndjson")
                && continued.filter(wanted::writesTo).isPresent();
        try {
            PrintStream file =
                    new PrintStream(new FileOutputStream(path.toFile(), append), false, StandardCharsets.UTF_8);
            files.put(path.toString(), file);
            return file;
        } catch (IOException e) {
            throw new UnwritableReportException(path, e);
        }
    }

    /** The names of the files if nothing is written to standard output; empty if something is. */
    List<String> filesAlone() {
        return standardOutput ? List.of() : List.copyOf(files.keySet());
    }

    /** What could not be written; each thing is said once. If the reader of a pipe has closed it, no message is needed. */
    Optional<Loss> loss() {
        List<String> parts = new ArrayList<>();
        List<String> lost = files.entrySet().stream()
                .filter(file -> file.getValue().checkError())
                .map(Map.Entry::getKey)
                .toList();
        if (!lost.isEmpty()) {
            parts.add("can no longer write to " + String.join(", ", lost));
        }
        Optional<Loss> printed = standardOutput ? ofStandardOutput(environment.out()) : Optional.empty();
        printed.flatMap(Loss::message).ifPresent(parts::add);
        String message = String.join("; ", parts);
        boolean known = message.isEmpty() || message.equals(said);
        said = message;
        Optional<Loss> loss =
                lost.isEmpty() ? printed : Optional.of(new Loss(ExitStatus.IO_FAILED, Optional.of(message)));
        return loss.map(how -> known ? new Loss(how.exitStatus(), Optional.empty()) : how);
    }

    /** What of the standard output could not be written. */
    static Optional<Loss> ofStandardOutput(PrintStream out) {
        if (!out.checkError()) {
            return Optional.empty();
        }
        Optional<String> why = out instanceof StandardOutput standard
                ? standard.failure().map(IOException::getMessage)
                : Optional.empty();
        return Optional.of(
                why.isEmpty() || why.get().toLowerCase(Locale.ROOT).contains("broken pipe")
                        ? new Loss(ExitStatus.READER_GONE, Optional.empty())
                        : new Loss(ExitStatus.IO_FAILED, Optional.of("cannot write to standard output: " + why.get())));
    }

    @Override
    public void close() {
        files.values().forEach(PrintStream::close);
    }
}
