package dev.starttls.pop3;

/** Whether a client says STLS without having asked what the server can do. */
public enum DirectStls {
    /** It says CAPA first, and STLS if that is announced. */
    NEVER,
    /**
     * It says STLS right behind the greeting: a round trip less, for a server that is known to have it, and the only way
     * with one that has STLS and no CAPA. A server without STLS refuses it.
     */
    ALWAYS
}
