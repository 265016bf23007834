package dev.starttls.conformance.pop3;

/** A user that no server has: what the suite says where it must not show a real password. */
final class Nobody {
    static final String USER = "nobody";
    static final String PASSWORD = "nothing";

    private Nobody() {}
}
