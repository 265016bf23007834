package dev.starttls.core.hosts.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** A file of lines that is read in pieces, and written anew as a whole. */
final class HistoryLines {

    /** More than the longest that is written, with 64 capabilities of 200 characters, each of them three octets and these as %XX. */
    private static final int MAX_LINE = 128 * 1024;
    /** Of what is shown. */
    private static final int MAX_SHOWN = 200;

    private static final String HEADER =
            "# With which hosts TLS was used: see dev.starttls.core.hosts.file.TlsHistoryFile";

    /** Takes a line. */
    interface Reader {
        void line(int number, String line);
    }

    private HistoryLines() {}

    /** Reads the lines that are not comments; what is longer than any that is written is cut. No file has no lines. */
    static void read(Path file, Reader reader) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 64 * 1024)) {
            StringBuilder line = new StringBuilder();
            int number = 1;
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                if (octet != '\n') {
                    if (line.length() < MAX_LINE) {
                        line.append((char) octet);
                    }
                    continue;
                }
                take(reader, number++, line);
            }
            take(reader, number, line);
        } catch (NoSuchFileException e) {
            // Nothing was remembered yet.
            return;
        }
    }

    private static void take(Reader reader, int number, StringBuilder line) {
        if (line.length() > 0 && line.charAt(0) != '#') {
            reader.line(number, line.toString());
        }
        line.setLength(0);
    }

    /** Writes a file beside it, which takes its place in one step once all of it is on the disk. */
    static void write(Path file, List<String> lines) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerAlone = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        // One that a process left behind which was killed.
        Files.deleteIfExists(beside);
        try {
            try (FileChannel out = FileChannel.open(
                    beside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerAlone)) {
                write(out, HEADER);
                for (String line : lines) {
                    write(out, line);
                }
                out.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void write(FileChannel out, String line) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        while (octets.hasRemaining()) {
            out.write(octets);
        }
    }

    static String printable(String line) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(line.length(), MAX_SHOWN); i++) {
            char c = line.charAt(i);
            shown.append(c < ' ' || c >= 127 ? '?' : c);
        }
        return shown.toString();
    }
}
