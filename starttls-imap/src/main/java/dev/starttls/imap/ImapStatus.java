package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import java.util.Optional;

/**
 * What a status response says, tagged or not (RFC 9051 section 7.1).
 *
 * <pre>{@code
 * ImapStatus status = ImapStatus.of(ImapCondition.NO, "[PRIVACYREQUIRED] STARTTLS first");
 * status.code();                  // PRIVACYREQUIRED
 * status.sent();                  // "NO [PRIVACYREQUIRED] STARTTLS first"
 * }</pre>
 *
 * @param condition what happened
 * @param code the response code that the text began with
 * @param text for people; may be empty. Each character is one octet, none is CR, LF or NUL
 */
public record ImapStatus(ImapCondition condition, Optional<ImapResponseCode> code, String text) {

    /**
     * Checks that it could be sent as one line.
     *
     * @throws IllegalArgumentException if it could not
     */
    public ImapStatus {
        if (!Ascii.sendable(text)) {
            throw new IllegalArgumentException(
                    "text: expected octets (U+0001 to U+00FF) without CR and LF, got a text of " + text.length()
                            + " characters with another; encode non-ASCII text to octets first, and give each line separately");
        }
    }

    /**
     * A status with this text. A response code that the text begins with is taken as such.
     *
     * @param condition what happened
     * @param text for instance "[AUTHENTICATIONFAILED] Wrong password"
     * @return the status
     * @throws IllegalArgumentException if it could not be sent as one line
     */
    public static ImapStatus of(ImapCondition condition, String text) {
        int end = text.startsWith("[") ? text.indexOf(']') : -1;
        Optional<ImapResponseCode> code = end < 0 ? Optional.empty() : ImapResponseCode.parse(text.substring(1, end));
        if (code.isEmpty()) {
            return new ImapStatus(condition, code, text);
        }
        int rest = text.startsWith(" ", end + 1) ? end + 2 : end + 1;
        return new ImapStatus(condition, code, text.substring(rest));
    }

    /**
     * Reads what follows a tag or an asterisk.
     *
     * @param text for instance "OK [ALERT] Going down at noon"; the condition in upper or lower case
     * @return empty if it begins with no condition, and is therefore data
     * @throws IllegalArgumentException if it could not have been sent as one line
     */
    static Optional<ImapStatus> parse(String text) {
        Optional<ImapCondition> condition = condition(text);
        if (condition.isEmpty()) {
            return Optional.empty();
        }
        int space = text.indexOf(' ');
        return Optional.of(of(condition.get(), space < 0 ? "" : text.substring(space + 1)));
    }

    /** What {@link #parse} goes by, without reading on; empty if it is data. */
    static Optional<ImapCondition> condition(String text) {
        for (ImapCondition condition : ImapCondition.values()) {
            if (Ascii.firstWord(text, condition.name())) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    /**
     * The capabilities in the response code.
     *
     * @return empty if the code is another, or there is none
     */
    public Optional<ImapCapabilities> capabilities() {
        return code.isPresent() && code.get().name().equals("CAPABILITY")
                ? Optional.of(ImapCapabilities.parse(code.get().argument()))
                : Optional.empty();
    }

    /**
     * As it is sent, after the tag or the asterisk.
     *
     * @return without CRLF, each character one octet
     */
    public String sent() {
        return condition + (code.isPresent() ? " " + code.get().sent() : "") + " " + text;
    }

    /** For people: as it is sent, but without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(sent());
    }
}
