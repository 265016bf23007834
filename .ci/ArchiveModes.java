import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sets the modes in the jars of a folder, {@code java ArchiveModes.java FOLDER}: 0644 for files, 0755 for directories, so that
 * the umask of a build does not show in what is published. The plugins that make the jars copy the modes of the files, can mask
 * bits of them, but set none. Only the modes in the central directory change; an entry that has no Unix mode stays as it is.
 * Names of fields are those of the ZIP specification, APPNOTE 6.3, sections 4.3.12 and 4.3.16.
 */
final class ArchiveModes {

    private static final int END_OF_CENTRAL_DIRECTORY = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int CENTRAL_HEADER = 0x02014b50;
    private static final int CENTRAL_HEADER_LENGTH = 46;
    private static final int UNIX = 3;
    /** The mode is the upper half; 0x10 of the lower half is the directory bit of MS-DOS. */
    private static final int FILE = 0100644 << 16;

    private static final int DIRECTORY = 040755 << 16 | 0x10;

    private ArchiveModes() {}

    public static void main(String[] args) throws IOException {
        int archives = 0;
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(args[0]), "*.jar")) {
            for (Path jar : jars) {
                ByteBuffer archive = ByteBuffer.wrap(Files.readAllBytes(jar)).order(ByteOrder.LITTLE_ENDIAN);
                try {
                    if (setModes(archive)) {
                        Files.write(jar, archive.array());
                    }
                } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                    throw new IOException(jar + ": " + e.getMessage(), e);
                }
                archives++;
            }
        }
        if (archives == 0) {
            throw new IOException("There is no jar in " + args[0] + ": build it first, and name the folder that the jars are in");
        }
    }

    /** Returns whether a mode was another. */
    private static boolean setModes(ByteBuffer archive) {
        int end = end(archive);
        int entries = Short.toUnsignedInt(archive.getShort(end + 10));
        int header = archive.getInt(end + 16);
        if (entries == 0xffff || header < 0) {
            throw new IllegalArgumentException("expected a ZIP file of less than 65535 entries and 2 GiB, found ZIP64");
        }
        boolean changed = false;
        for (int entry = 0; entry < entries; entry++) {
            if (archive.getInt(header) != CENTRAL_HEADER) {
                throw new IllegalArgumentException("expected a header of the central directory at " + header);
            }
            int name = Short.toUnsignedInt(archive.getShort(header + 28));
            int extra = Short.toUnsignedInt(archive.getShort(header + 30));
            int comment = Short.toUnsignedInt(archive.getShort(header + 32));
            if (archive.get(header + 5) == UNIX) {
                boolean directory = name > 0 && archive.get(header + CENTRAL_HEADER_LENGTH + name - 1) == '/';
                int attributes = directory ? DIRECTORY : FILE;
                changed |= archive.getInt(header + 38) != attributes;
                archive.putInt(header + 38, attributes);
            }
            header += CENTRAL_HEADER_LENGTH + name + extra + comment;
        }
        if (header != end) {
            throw new IllegalArgumentException("expected the central directory to end at " + end + ", it ends at " + header);
        }
        return changed;
    }

    private static int end(ByteBuffer archive) {
        // A comment may follow, which the length in the last two bytes covers.
        for (int at = archive.limit() - END_LENGTH; at >= 0; at--) {
            if (archive.getInt(at) == END_OF_CENTRAL_DIRECTORY
                    && at + END_LENGTH + Short.toUnsignedInt(archive.getShort(at + 20)) == archive.limit()) {
                return at;
            }
        }
        throw new IllegalArgumentException("expected a ZIP file, found no end of a central directory");
    }
}
