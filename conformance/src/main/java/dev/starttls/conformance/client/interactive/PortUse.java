package dev.starttls.conformance.client.interactive;

/** How the cases share ports. */
public enum PortUse {
    /** Each case has a port, and a user and a password, of its own; all are open at once. */
    EACH,
    /** One port, one user and one password for all; the next case begins when one has a verdict. */
    ONE
}
