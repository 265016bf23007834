package dev.starttls.smtp.policy;

import java.util.Locale;
import java.util.Objects;

/**
 * The hosts that a policy allows as MX (RFC 8461 sections 3.2 and 4.1): one, or those that have one label more than the rest of the
 * pattern.
 *
 * <pre>{@code
 * new MxPattern("*.example.com").matches("mx1.example.com");     // true; not a.mx1.example.com, and not example.com
 * }</pre>
 *
 * @param text a name in ASCII, perhaps with {@code *.} before it, in lower case
 */
public record MxPattern(String text) {

    private static final String WILDCARD = "*.";

    /**
     * Writes the pattern in lower case.
     *
     * @throws IllegalArgumentException if it is not one: a wildcard elsewhere, a dot at the end, an empty label, a character
     *     that no name of a host has
     */
    public MxPattern {
        Objects.requireNonNull(text, "text: expected a pattern such as *.example.com, got null");
        text = text.toLowerCase(Locale.ROOT);
        String name = name(text);
        if (!DomainName.of(name).filter(name::equals).isPresent() || hyphenAtAnEdge(name)) {
            throw new IllegalArgumentException("mx: expected the name of a host in ASCII, or *. and such a name, got \""
                    + DomainName.shown(text) + "\"");
        }
    }

    /**
     * Whether the pattern allows a host.
     *
     * @param host its name; case and a dot at the end make no difference
     * @return true if it is the name, or has one label in place of the wildcard
     */
    public boolean matches(String host) {
        String name = DomainName.of(host).orElse("");
        if (!text.startsWith(WILDCARD)) {
            return name.equals(text);
        }
        int dot = name.indexOf('.');
        return dot > 0 && name.substring(dot + 1).equals(name(text));
    }

    /** As the policy has it. */
    @Override
    public String toString() {
        return text;
    }

    private static String name(String text) {
        return text.startsWith(WILDCARD) ? text.substring(WILDCARD.length()) : text;
    }

    private static boolean hyphenAtAnEdge(String name) {
        return name.startsWith("-") || name.endsWith("-") || name.contains(".-") || name.contains("-.");
    }
}
