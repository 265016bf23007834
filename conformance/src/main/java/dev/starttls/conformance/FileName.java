package dev.starttls.conformance;

import dev.starttls.conformance.target.UnreadableFile;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** The names of files on the command line: which of them are none depends on the locale. */
final class FileName {
    private FileName() {}

    /** The file that an option names. */
    static Path of(String option, String name) throws UsageException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new UsageException(option + ": " + UnreadableFile.unnamed(e));
        }
    }

    /** Says of the options that are files what is wrong with their names. */
    static void convertsIn(CommandLine commandLine) {
        var unused = commandLine.registerConverter(Path.class, name -> {
            try {
                return Path.of(name);
            } catch (InvalidPathException e) {
                throw new TypeConversionException(UnreadableFile.unnamed(e));
            }
        });
    }
}
