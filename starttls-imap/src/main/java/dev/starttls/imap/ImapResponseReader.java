package dev.starttls.imap;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.OctetSink;
import dev.starttls.core.line.codec.LineDecoder;
import dev.starttls.core.upgrade.FailureReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;

/**
 * Makes responses of octets, however they were split on their way, literals in them (RFC 9051 sections 2.2.2 and 4.3): without
 * I/O, for an event loop or a handler of Netty. Over a channel, {@link ImapResponses} is less to write.
 *
 * <pre>{@code
 * ImapResponseReader reader = new ImapResponseReader();
 * ImapLiteralReceiver holding = ImapLiteralReceiver.holding();
 * Optional<ImapResponse> response = reader.read(octets, holding);   // call again while it is present
 * }</pre>
 *
 * <p>It takes no octet after the response that it returns. Lines are as in a dialogue: a CR or LF alone and NUL are refused.
 * The octets of a literal may be any. A literal with a plus sign, as clients send them, is refused; braces at the end of a
 * response that is not data are text (section 9). After a violation it refuses to go on: what follows could be a literal, in
 * which anyone may have written what looks like a response. Not safe for use by several threads; it never blocks.
 */
public final class ImapResponseReader {

    private final LineDecoder lines;
    private final ImapResponseParser parser;
    /** Where the octets of the literal go that is due. */
    private OctetSink sink;
    /** How many of them are to come. */
    private long due;

    private Optional<IOException> failure = Optional.empty();

    /** A reader that holds nothing, under {@link ImapResponseLimits#DEFAULT}. */
    public ImapResponseReader() {
        this(ImapResponseLimits.DEFAULT);
    }

    /**
     * A reader that holds nothing.
     *
     * @param limits of a response
     */
    public ImapResponseReader(ImapResponseLimits limits) {
        this.lines = new LineDecoder(limits.lineOctets());
        this.parser = new ImapResponseParser(limits.literals(), limits.octets());
        this.sink = parser::octets;
    }

    /**
     * Takes octets up to the end of the next response, and none after it.
     *
     * @param octets that the server sent; all are taken if no response ends here
     * @param literals asked once for each literal that begins
     * @return the response; empty if more octets are needed
     * @throws ImapSyntaxException if it is no response, or over the limits; and at each call after anything was thrown
     * @throws IOException what a sink throws
     */
    public Optional<ImapResponse> read(ByteBuffer octets, ImapLiteralReceiver literals) throws IOException {
        if (failure.isPresent()) {
            throw new ImapSyntaxException(failure.get());
        }
        try {
            return decode(octets, literals);
        } catch (LineException e) {
            throw failed(new ImapSyntaxException(e));
        } catch (IOException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            failed(new ImapSyntaxException(FailureReason.LOCAL_ERROR, "The receiver of a literal has thrown " + e));
            throw e;
        }
    }

    /**
     * Whether a response has begun and not ended.
     *
     * @return true while octets of it are held or to be passed on; false after a violation
     */
    public boolean unfinished() {
        return parser.unfinished() || lines.held() > 0;
    }

    private Optional<ImapResponse> decode(ByteBuffer octets, ImapLiteralReceiver literals) throws IOException {
        while (true) {
            if (due > 0) {
                int count = (int) Math.min(due, octets.remaining());
                due -= count;
                sink.takeFrom(octets, count);
                if (due > 0) {
                    return Optional.empty();
                }
            }
            Optional<String> line = lines.decode(octets);
            if (line.isEmpty()) {
                return Optional.empty();
            }
            Optional<ImapLiteral> literal = parser.line(line.get());
            if (literal.isEmpty()) {
                return Optional.of(ImapResponse.parse(parser.take()));
            }
            begin(literal.get(), literals);
        }
    }

    private void begin(ImapLiteral literal, ImapLiteralReceiver literals) throws IOException {
        Optional<OctetSink> elsewhere = Objects.requireNonNull(
                literals.begin(parser.before(), literal.octets()),
                "ImapLiteralReceiver.begin: expected where the octets go, or Optional.empty() to hold them, got null");
        if (elsewhere.isPresent()) {
            parser.leaveOut();
            sink = elsewhere.get();
        } else {
            parser.hold(literal);
            sink = parser::octets;
        }
        due = literal.octets();
    }

    private <E extends IOException> E failed(E e) {
        failure = Optional.of(e);
        lines.reset();
        parser.reset();
        return e;
    }
}
