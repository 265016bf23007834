package dev.starttls.smtp.policy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the response to one GET (HTTP/1.1, RFC 9112), in pieces of any size: bounded, and strict where leniency has led to
 * misunderstandings (two lengths, folded lines, a length beside chunks). A status other than 200 is an exception as soon as the head is
 * whole; what follows it is not read.
 */
final class HttpResponseReader {

    /** Status line and fields, those of interim responses included. */
    static final int MAX_HEAD = 16_384;

    /** Of everything: chunks may be as small as one octet, each with a line of its own. */
    static final int MAX_TOTAL = 4 * StsPolicy.MAX_OCTETS;

    private enum State {
        STATUS,
        FIELDS,
        LENGTH,
        TO_THE_END,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        DONE
    }

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final StringBuilder line = new StringBuilder();
    private State state = State.STATUS;
    private int total;
    private int head;
    /** Of the body, or of the chunk. */
    private long remaining;

    private int status;
    private Optional<Long> length = Optional.empty();
    private boolean chunked;
    private Optional<String> mediaType = Optional.empty();

    /**
     * Takes what has come.
     *
     * @return whether the response is whole; what follows it is left
     */
    boolean add(ByteBuffer octets) throws FetchException {
        while (state != State.DONE && octets.hasRemaining()) {
            if (++total > MAX_TOTAL) {
                throw new FetchException(
                        FetchFailure.TOO_LARGE, "Expected a response of at most " + MAX_TOTAL + " octets, got more");
            }
            int octet = octets.get() & 0xff;
            switch (state) {
                case LENGTH, TO_THE_END, CHUNK -> take(octet);
                default -> lineOctet(octet);
            }
        }
        return state == State.DONE;
    }

    /** The server has closed, with close_notify: the end of a body that has no length. */
    void end() throws FetchException {
        if (state == State.TO_THE_END) {
            state = State.DONE;
        }
        if (state != State.DONE) {
            throw new FetchException(
                    FetchFailure.INCOMPLETE,
                    "Expected a whole response, got its end in " + state + " after " + total + " octets");
        }
    }

    /** The body of the whole response, each character one octet. */
    PolicyFetcher.Fetched fetched() {
        return new PolicyFetcher.Fetched(body.toString(StandardCharsets.ISO_8859_1), mediaType);
    }

    private void take(int octet) throws FetchException {
        if (body.size() == StsPolicy.MAX_OCTETS) {
            throw tooLarge("more");
        }
        body.write(octet);
        if (state != State.TO_THE_END && --remaining == 0) {
            state = state == State.LENGTH ? State.DONE : State.CHUNK_END;
        }
    }

    private void lineOctet(int octet) throws FetchException {
        boolean ofHead = state != State.CHUNK_SIZE && state != State.CHUNK_END;
        if ((ofHead && ++head > MAX_HEAD) || line.length() > MAX_HEAD) {
            throw new FetchException(
                    FetchFailure.TOO_LARGE, "Expected a head of at most " + MAX_HEAD + " octets, got more");
        }
        if (octet != '\n') {
            line.append((char) octet);
            return;
        }
        int end = line.length();
        String whole = line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
        line.setLength(0);
        if (whole.chars().anyMatch(c -> (c < 32 && c != '\t') || c == 127)) {
            throw malformed("a line without control characters", whole);
        }
        line(whole);
    }

    private void line(String whole) throws FetchException {
        switch (state) {
            case STATUS -> statusLine(whole);
            case FIELDS -> {
                if (whole.isEmpty()) {
                    headEnds();
                } else {
                    field(whole);
                }
            }
            case CHUNK_SIZE -> chunkSize(whole);
            case CHUNK_END -> {
                if (!whole.isEmpty()) {
                    throw malformed("the end of a chunk", whole);
                }
                state = State.CHUNK_SIZE;
            }
            default -> {
                // Trailers say nothing that is wanted.
                if (whole.isEmpty()) {
                    state = State.DONE;
                }
            }
        }
    }

    private void statusLine(String whole) throws FetchException {
        boolean versioned = whole.startsWith("HTTP/1.0 ") || whole.startsWith("HTTP/1.1 ");
        if (!versioned
                || whole.length() < 12
                || !digits(whole.substring(9, 12))
                || (whole.length() > 12 && whole.charAt(12) != ' ')) {
            throw malformed("the status line of HTTP/1.1", whole);
        }
        status = Integer.parseInt(whole.substring(9, 12));
        length = Optional.empty();
        chunked = false;
        mediaType = Optional.empty();
        state = State.FIELDS;
    }

    private void field(String whole) throws FetchException {
        int colon = whole.indexOf(':');
        if (colon < 1 || whole.substring(0, colon).chars().anyMatch(c -> c <= 32 || c >= 127)) {
            throw malformed("a field name and a colon, on one line", whole);
        }
        String value = VersionedText.stripped(whole.substring(colon + 1));
        switch (whole.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "content-length" -> length(value);
            case "transfer-encoding" -> {
                if (chunked || !value.equalsIgnoreCase("chunked")) {
                    throw malformed("no transfer coding but chunked, once", whole);
                }
                chunked = true;
            }
            case "content-encoding" -> {
                if (!value.equalsIgnoreCase("identity")) {
                    throw malformed("no content coding, since none was accepted", whole);
                }
            }
            case "content-type" -> mediaType = Optional.of(mediaType(value));
            default -> {
                // Of no interest here.
            }
        }
    }

    private void length(String value) throws FetchException {
        // Ten digits are more than is allowed for, and a long holds them.
        if (value.length() > 10 || !digits(value) || length.isPresent()) {
            throw malformed("one Content-Length", value);
        }
        length = Optional.of(Long.parseLong(value));
    }

    private static String mediaType(String value) {
        int semicolon = value.indexOf(';');
        return VersionedText.stripped(semicolon < 0 ? value : value.substring(0, semicolon))
                .toLowerCase(Locale.ROOT);
    }

    private void headEnds() throws FetchException {
        if (status / 100 == 1 && status != 101) {
            state = State.STATUS;
            return;
        }
        if (status / 100 == 3) {
            throw new FetchException(
                    FetchFailure.REDIRECTED,
                    "Expected status 200, got " + status
                            + ", which is not followed: the policy has to be at the name itself");
        }
        if (status != 200) {
            throw new FetchException(FetchFailure.STATUS, "Expected status 200, got " + status);
        }
        if (chunked && length.isPresent()) {
            throw malformed("chunks or a Content-Length", "both");
        }
        if (chunked) {
            state = State.CHUNK_SIZE;
        } else if (length.isEmpty()) {
            state = State.TO_THE_END;
        } else {
            remaining = length.get();
            if (remaining > StsPolicy.MAX_OCTETS) {
                throw tooLarge(remaining + " announced");
            }
            state = remaining == 0 ? State.DONE : State.LENGTH;
        }
    }

    private void chunkSize(String whole) throws FetchException {
        int semicolon = whole.indexOf(';');
        String size = VersionedText.stripped(semicolon < 0 ? whole : whole.substring(0, semicolon));
        // Eight digits are more than is allowed for, and a long holds them.
        if (size.isEmpty() || size.length() > 8 || !size.chars().allMatch(HttpResponseReader::hexDigit)) {
            throw malformed("the size of a chunk", whole);
        }
        remaining = Long.parseLong(size, 16);
        if (remaining > StsPolicy.MAX_OCTETS - body.size()) {
            throw tooLarge("a chunk that makes it " + (body.size() + remaining));
        }
        state = remaining == 0 ? State.TRAILER : State.CHUNK;
    }

    private static FetchException tooLarge(String came) {
        return new FetchException(
                FetchFailure.TOO_LARGE,
                "Expected a policy of at most " + StsPolicy.MAX_OCTETS + " octets, got " + came);
    }

    private static FetchException malformed(String expected, String came) {
        return new FetchException(
                FetchFailure.NOT_HTTP, "Expected " + expected + ", got \"" + DomainName.shown(came) + "\"");
    }

    private static boolean digits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean hexDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
