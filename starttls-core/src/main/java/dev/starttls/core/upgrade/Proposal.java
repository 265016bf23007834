package dev.starttls.core.upgrade;

/**
 * How the upgrade command was sent that a client has sent last, whatever came of it: {@link UpgradeReport#tls} says whether
 * the session is inside TLS. In plaintext, or once failed, it is the one that was refused or not answered.
 */
public enum Proposal {
    /**
     * None was sent: nothing was offered to a client that asked first, with implicit TLS, under {@link TlsPolicy#DISABLED},
     * on servers, and before the command has left.
     */
    NONE,
    /** The server had announced the upgrade. */
    ASKED,
    /**
     * Right after the greeting, no announcement having been read ({@link DirectUpgrade}). Where it was refused, and the
     * server, asked then, announced the upgrade, the command was sent again: that is {@link #ASKED}. In plaintext this one
     * is left where it announced none.
     */
    UNASKED,
    /** As {@link #ASKED}, with the ClientHello in its segment. */
    ASKED_WITH_HELLO,
    /** As {@link #UNASKED}, with the ClientHello in its segment. */
    UNASKED_WITH_HELLO
}
