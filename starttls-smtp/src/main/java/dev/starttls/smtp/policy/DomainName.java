package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.tls.ServerIdentity;
import java.util.Locale;
import java.util.Optional;

/** Names of domains and hosts, as they are asked for, compared and stored: in ASCII, lower case, without a dot at the end. */
final class DomainName {

    private static final int MAX_LENGTH = 253;
    private static final int MAX_LABEL = 63;
    private static final int MAX_SHOWN = 60;

    private DomainName() {}

    /** The name; empty for what is none, such as an address. Underscores are kept, which many names of hosts have. */
    static Optional<String> of(String text) {
        String name;
        try {
            name = ServerIdentity.toAscii(text).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        int start = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || name.charAt(i) == '.') {
                if (i == start || i - start > MAX_LABEL) {
                    return Optional.empty();
                }
                start = i + 1;
            } else if (!labelCharacter(name.charAt(i))) {
                return Optional.empty();
            }
        }
        String last = name.substring(name.lastIndexOf('.') + 1);
        return last.chars().allMatch(c -> c >= '0' && c <= '9') ? Optional.empty() : Optional.of(name);
    }

    /**
     * The name of a domain that the caller has given.
     *
     * @throws IllegalArgumentException if it is none
     */
    static String require(String domain) {
        return of(domain)
                .orElseThrow(() -> new IllegalArgumentException("domain: expected a name such as example.org, got \""
                        + shown(domain) + "\"; an address literal has no policy"));
    }

    /** What a peer has sent, for a message: at most 60 characters, none of them a control character. */
    static String shown(String text) {
        return text.length() > MAX_SHOWN
                ? Ascii.printable(text.substring(0, MAX_SHOWN)) + "..."
                : Ascii.printable(text);
    }

    private static boolean labelCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
