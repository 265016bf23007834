package dev.starttls.conformance.target;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file that the user named cannot be read, with its name: the messages of Java often have one of the two. */
public final class UnreadableFile {
    private UnreadableFile() {}

    /** The same failure with a message for the user. */
    public static IOException exception(Path file, IOException failure) {
        return new IOException("cannot read " + file + ": " + reason(file, failure), failure);
    }

    /** Why a name that the user wrote can be none of a file, as a clause. */
    public static String unnamed(InvalidPathException failure) {
        return failure.getReason().contains("unmappable")
                ? "the locale's encoding, " + System.getProperty("sun.jnu.encoding") + ", cannot name the file '"
                        + failure.getInput() + "': use a locale with UTF-8, such as LC_ALL=C.UTF-8"
                : "'" + failure.getInput() + "' is no name of a file: " + failure.getReason();
    }

    private static String reason(Path file, IOException failure) {
        if (Files.isDirectory(file)) {
            return "it is a directory";
        }
        if (failure instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "no permission";
        }
        if (failure instanceof CharacterCodingException) {
            return "it is not UTF-8";
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
