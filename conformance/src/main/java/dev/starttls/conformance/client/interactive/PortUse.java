package dev.starttls.conformance.client.interactive;

/** How the cases share ports; the account is the same in all. */
public enum PortUse {
    /** Each case has a port of its own; all are open at once. */
    EACH,
    /** One port for all; the next case begins when one has a verdict. */
    ONE,
    /** One port for all; the next case begins when the person says so, and until then nothing listens. */
    ONE_IN_STEPS;

    /** Whether all cases have the same port. */
    public boolean shared() {
        return this != EACH;
    }
}
