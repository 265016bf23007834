package dev.starttls.conformance.client.cases;

import java.util.Locale;

/** What the user has configured in the client. */
public enum ClientPolicy {
    /** The upgrade, or nothing: RFC 8314 section 3.2, RFC 3207 section 6. */
    REQUIRED,
    /** The upgrade where it is offered; the certificate need not be verified. */
    OPPORTUNISTIC,
    /** TLS from the first octet: RFC 8314 section 3. */
    IMPLICIT;

    /** As on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
