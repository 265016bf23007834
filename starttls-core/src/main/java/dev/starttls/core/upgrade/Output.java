package dev.starttls.core.upgrade;

import dev.starttls.core.line.codec.LineEncoder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What a dialogue says at once: lines, to which CRLF is appended, octets as they are, or both in turn. Immutable.
 *
 * <pre>{@code
 * Output.line("STARTTLS");                             // for a protocol of lines
 * Output.octets(new byte[] {0, 0, 0, 8, 4, (byte) 0xD2, 22, 47});  // the SSLRequest of PostgreSQL
 * }</pre>
 */
public final class Output {

    private static final Output NONE = new Output(new byte[0], false, List.of());

    private final byte[] octets;
    private final boolean lines;
    /** What it was put together of; empty for what was not. */
    private final List<Output> parts;

    private Output(byte[] octets, boolean lines, List<Output> parts) {
        this.octets = octets;
        this.lines = lines;
        this.parts = parts;
    }

    /**
     * Nothing.
     *
     * @return empty
     */
    public static Output none() {
        return NONE;
    }

    /**
     * One line.
     *
     * @param line without CRLF; each character one octet
     * @return the line and its CRLF
     * @throws IllegalArgumentException if the line has a CR, an LF, a NUL or a character above 255: the peer could take it for
     *     more than one line (command injection)
     */
    public static Output line(String line) {
        return new Output(LineEncoder.encode(line).array(), true, List.of());
    }

    /**
     * Lines, perhaps none.
     *
     * @param lines without CRLF; each character one octet
     * @return the lines, each with its CRLF
     * @throws IllegalArgumentException as {@link #line}
     */
    public static Output lines(List<String> lines) {
        if (lines.isEmpty()) {
            return NONE;
        }
        if (lines.size() == 1) {
            return line(lines.get(0));
        }
        return new Output(joined(lines.stream().map(LineEncoder::encode).toList()), true, List.of());
    }

    /**
     * Octets as they are, for a protocol that is not made of lines.
     *
     * @param octets copied
     * @return the octets
     */
    public static Output octets(byte... octets) {
        return octets.length == 0 ? NONE : new Output(octets.clone(), false, List.of());
    }

    /**
     * Several, one after another, to be said at once: the data of a response as octets, and its status as a line.
     *
     * @param parts perhaps none; copied. A transcript has them as it would have each alone
     * @return all of them
     */
    public static Output all(List<Output> parts) {
        List<Output> said = parts.stream().filter(part -> !part.isEmpty()).toList();
        return switch (said.size()) {
            case 0 -> NONE;
            case 1 -> said.get(0);
            default -> new Output(joined(said.stream().map(Output::buffer).toList()), false, said);
        };
    }

    /**
     * Whether there is nothing to say.
     *
     * @return true if so
     */
    public boolean isEmpty() {
        return octets.length == 0;
    }

    /**
     * What crosses the wire.
     *
     * @return a copy; the CRLF of lines included
     */
    public byte[] toOctets() {
        return octets.clone();
    }

    /** Whether it consists of lines, each with its CRLF. */
    boolean madeOfLines() {
        return lines;
    }

    /** What it was put together of; empty for what was not. */
    List<Output> parts() {
        return parts;
    }

    /** To be read, and neither changed nor kept. */
    ByteBuffer buffer() {
        return ByteBuffer.wrap(octets);
    }

    /** Two are equal if the same octets cross the wire. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Output output && Arrays.equals(octets, output.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    /** The number of octets and nothing of what they are, since they may be a password. */
    @Override
    public String toString() {
        return "Output[" + octets.length + " octets]";
    }

    private static byte[] joined(List<ByteBuffer> pieces) {
        ByteBuffer all = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        for (ByteBuffer piece : pieces) {
            all.put(piece);
        }
        return all.array();
    }
}
