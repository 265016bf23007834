package dev.starttls.conformance.session;

/** A way in which a scripted server departs from the plain, sound one; some are as sound. An enum for each protocol. */
public interface Fault {
    /** Of the constant. */
    String name();
}
