package dev.starttls.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a report goes, from F=FILE.
 *
 * @param format one of {@link Reports#FORMATS}
 * @param file empty for standard output
 */
record ReportFile(String format, Optional<Path> file) {
    private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    static ReportFile parse(String text) throws UsageException {
        int equals = text.indexOf('=');
        String format = equals < 0 ? text : text.substring(0, equals);
        if (!Reports.FORMATS.contains(format)) {
            throw new UsageException(
                    "there is no format '" + format + "'; there are " + String.join(", ", Reports.FORMATS));
        }
        String name = equals < 0 ? "-" : text.substring(equals + 1);
        if (name.isEmpty()) {
            throw new UsageException("--format F= needs a file name after the '='");
        }
        return new ReportFile(format, name.equals("-") ? Optional.empty() : Optional.of(FileName.of("--format", name)));
    }

    /** Whether both go to the same place, whatever its names: what one writes, the other would overwrite. */
    boolean shares(ReportFile other) {
        return same(file.orElse(STANDARD_OUTPUT), other.file.orElse(STANDARD_OUTPUT));
    }

    /** Whether it would overwrite this file, which the run reads. */
    boolean overwrites(Path read) {
        return file.isPresent() && Files.isRegularFile(read) && same(file.get(), read);
    }

    /** Whether it is written to this file, which may not exist yet. */
    boolean writesTo(Path other) {
        return file.filter(own -> same(own, other)).isPresent();
    }

    private static boolean same(Path one, Path other) {
        try {
            boolean comparable = Files.exists(one) && Files.exists(other);
            return comparable
                    ? Files.isSameFile(one, other)
                    : one.toAbsolutePath()
                            .normalize()
                            .equals(other.toAbsolutePath().normalize());
        } catch (IOException e) {
            // What cannot be looked at cannot be written either, and opening it will say so.
            return false;
        }
    }
}
