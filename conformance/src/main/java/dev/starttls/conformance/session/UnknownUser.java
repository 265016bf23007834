package dev.starttls.conformance.session;

/** Credentials that no server accepts, for the checks that must not send a real password. */
public final class UnknownUser {
    public static final String NAME = "nobody";
    public static final String PASSWORD = "nothing";

    /** The arguments of LOGIN in IMAP. */
    public static final String LOGIN_ARGUMENTS = NAME + " " + PASSWORD;

    private UnknownUser() {}
}
