package dev.starttls.pop3;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.OctetSink;
import dev.starttls.core.line.codec.LineDecoder;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Makes responses of octets, however they were split on their way (RFC 1939 section 3): without I/O, for an event loop or a
 * handler of Netty. Over a channel, {@link Pop3Responses} is less to write.
 *
 * <pre>{@code
 * Pop3ResponseReader reader = new Pop3ResponseReader();
 * Optional<Pop3Reply> reply = reader.reply(octets);             // +OK to UIDL, then
 * Optional<List<String>> lines = reader.lines(octets);          // held, or of a message
 * Optional<Long> size = reader.content(octets, sink);           // passed on
 * }</pre>
 *
 * <p>Whether lines follow a reply depends on the command, which only the caller knows; after -ERR none do. Each method takes no
 * octet after what it returns, and is called again until that is whole before another one is. In replies and in lines that are
 * held, a CR or LF alone and NUL are refused. After a violation the reader refuses to go on: what follows could be the middle of
 * a message, in which anyone may have written what looks like a reply. Not safe for use by several threads; it never blocks.
 */
public final class Pop3ResponseReader {

    private enum Part {
        NONE,
        REPLY,
        LINES,
        CONTENT
    }

    private final LineDecoder decoder;
    private final Pop3MultiLineParser parser;
    private final DotDecoder dots = new DotDecoder();
    private Part unfinished = Part.NONE;
    private Optional<IOException> failure = Optional.empty();

    /** A reader that holds nothing, under {@link Pop3ResponseLimits#DEFAULT}. */
    public Pop3ResponseReader() {
        this(Pop3ResponseLimits.DEFAULT);
    }

    /**
     * A reader that holds nothing.
     *
     * @param limits of a response
     */
    public Pop3ResponseReader(Pop3ResponseLimits limits) {
        this.decoder = new LineDecoder(limits.lineOctets());
        this.parser = new Pop3MultiLineParser(limits.lines(), limits.octets());
    }

    /**
     * Takes octets up to the end of a response's first line, and none after it.
     *
     * @param octets that the server sent; all are taken if the line does not end here
     * @return the reply; empty if more octets are needed
     * @throws Pop3SyntaxException if it is no reply, or over the limits; and at each call after anything was thrown
     * @throws IllegalStateException if lines have begun and not ended
     */
    public Optional<Pop3Reply> reply(ByteBuffer octets) throws IOException {
        return read(Part.REPLY, () -> {
            Optional<String> line = decoder.decode(octets);
            return line.isPresent() ? Optional.of(Pop3Reply.parse(line.get())) : Optional.empty();
        });
    }

    /**
     * Takes octets up to the end of the lines that follow a reply, and none after it: for CAPA, LIST and UIDL.
     *
     * @param octets that the server sent; all are taken if the lines do not end here
     * @return all lines, without the dots that were put before dots; empty if more octets are needed
     * @throws Pop3SyntaxException if the limits are gone over; and at each call after anything was thrown
     * @throws IllegalStateException if a reply or content has begun and not ended
     */
    public Optional<List<String>> lines(ByteBuffer octets) throws IOException {
        return read(Part.LINES, () -> {
            Optional<List<String>> whole = Optional.empty();
            Optional<String> line = decoder.decode(octets);
            while (line.isPresent() && whole.isEmpty()) {
                whole = parser.add(line.get());
                line = whole.isPresent() ? line : decoder.decode(octets);
            }
            return whole;
        });
    }

    /**
     * Takes octets up to the end of the lines that follow a reply, and none after it, and passes them on: for RETR and TOP.
     * Nothing is held, and lines may be of any length. A CR or LF alone and NUL are octets as others, and end nothing: there
     * are such messages, which a client has to be able to read to delete them.
     *
     * @param octets that the server sent; all are taken if the lines do not end here
     * @param sink takes the message, CRLFs in it and its last one too, without the dots that were put before dots
     * @return how many octets it has been given in all; empty if more octets are needed
     * @throws Pop3SyntaxException after anything was thrown
     * @throws IOException what the sink throws
     * @throws IllegalStateException if a reply or lines have begun and not ended
     */
    public Optional<Long> content(ByteBuffer octets, OctetSink sink) throws IOException {
        return read(Part.CONTENT, () -> dots.decode(octets, sink) ? Optional.of(dots.takePassed()) : Optional.empty());
    }

    private interface Reading<T> {
        Optional<T> read() throws IOException;
    }

    private <T> Optional<T> read(Part part, Reading<T> reading) throws IOException {
        if (failure.isPresent()) {
            throw new Pop3SyntaxException(failure.get());
        }
        if (unfinished != Part.NONE && unfinished != part) {
            throw new IllegalStateException("Expected " + unfinished + " to be read to its end, got a call for " + part
                    + "; call for the same until it is present");
        }
        unfinished = part;
        try {
            Optional<T> value = reading.read();
            if (value.isPresent() || (part == Part.REPLY && decoder.held() == 0)) {
                unfinished = Part.NONE;
            }
            return value;
        } catch (LineException e) {
            throw failed(new Pop3SyntaxException(e));
        } catch (IOException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            failed(new Pop3SyntaxException(FailureReason.LOCAL_ERROR, "The sink of a message has thrown " + e));
            throw e;
        }
    }

    private <E extends IOException> E failed(E e) {
        failure = Optional.of(e);
        decoder.reset();
        parser.reset();
        return e;
    }
}
