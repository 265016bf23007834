package dev.starttls.core.upgrade;

/** What a server does with octets that a client sent in the clear after the upgrade command. It never keeps them. */
public enum InjectionResponse {
    /** It refuses the upgrade and closes. */
    FAIL,
    /** It discards them and goes on, as some servers have done since CVE-2011-0411. */
    DISCARD,
    /**
     * A ClientHello that came together with the upgrade command is given to the handshake, once the go-ahead has left,
     * and to nothing else; plaintext is refused as by {@link #FAIL}. For IMAP only, whose RFC 9051 section 6.2.1 leaves the
     * choice; a server of another protocol refuses the setting.
     */
    HANDSHAKE
}
