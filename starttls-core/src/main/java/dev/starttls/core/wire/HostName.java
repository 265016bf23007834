package dev.starttls.core.wire;

import dev.starttls.core.line.Ascii;
import java.util.Optional;

/** The name of a host, as server_name has it (RFC 6066 section 3) and as certificates are compared with it (RFC 9525). */
public final class HostName {

    /** RFC 1035 section 2.3.4, in characters without the dot at the end. */
    private static final int MAX_LENGTH = 253;

    private static final int MAX_LABEL = 63;

    private HostName() {}

    /**
     * Brings a name of the DNS to the form in which names are compared: lower case, no dot at the end, labels of letters,
     * digits, hyphens and underscores, the last label not a number (RFC 3696 section 2).
     *
     * @param given in any case
     * @return empty if it is not such a name
     */
    public static Optional<String> of(String given) {
        if (given.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        StringBuilder lower = new StringBuilder(given.length());
        int label = 0;
        boolean number = true;
        for (int i = 0; i < given.length(); i++) {
            char c = given.charAt(i);
            // String.toLowerCase turns a few characters outside ASCII into ASCII letters, such as the Kelvin sign into
            // k.
            c = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
            lower.append(c);
            if (c == '.') {
                if (label == 0) {
                    return Optional.empty();
                }
                label = 0;
                number = true;
            } else {
                label++;
                if (label > MAX_LABEL || !(Ascii.letterOrDigit(c) || c == '-' || c == '_')) {
                    return Optional.empty();
                }
                number &= Ascii.digit(c);
            }
        }
        return label == 0 || number ? Optional.empty() : Optional.of(lower.toString());
    }
}
