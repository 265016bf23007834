package dev.starttls.conformance.target;

import java.util.Locale;

/** An application protocol that STARTTLS upgrades. */
public enum Protocol {
    SMTP,
    IMAP,
    POP3;

    /** The name as reports write it: lower case. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
