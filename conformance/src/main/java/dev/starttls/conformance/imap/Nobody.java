package dev.starttls.conformance.imap;

/** A user that no server has: what the suite says where it must not show a real password. */
final class Nobody {
    /** Behind LOGIN. */
    static final String ARGUMENTS = "nobody nothing";

    private Nobody() {}
}
