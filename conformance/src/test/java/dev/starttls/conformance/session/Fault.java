package dev.starttls.conformance.session;

/** A way in which a scripted server differs from the plain, correct one; some are correct too. An enum for each protocol. */
public interface Fault {
    /** Of the constant. */
    String name();
}
