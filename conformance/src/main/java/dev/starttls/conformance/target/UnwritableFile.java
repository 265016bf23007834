package dev.starttls.conformance.target;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Why a file that the user named cannot be written: the messages of Java often have its name alone, or that of another file. */
public final class UnwritableFile {
    private UnwritableFile() {}

    /** The file, and why it cannot be written, for the user. */
    public static String reason(Path file, IOException failure) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            return file + ": there is no folder " + folder;
        }
        if (Files.isDirectory(file)) {
            return file + ": it is a directory";
        }
        if (failure instanceof AccessDeniedException) {
            return file + ": no permission";
        }
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        String before = file + " (";
        return message.startsWith(before) && message.endsWith(")")
                ? file + ": " + message.substring(before.length(), message.length() - 1)
                : file + ": " + message;
    }
}
