package dev.starttls.conformance.session;

/** The faults that servers of all protocols may have, after what are not faults. */
public enum UpgradeFault implements Fault {
    // Not faults: the checks pass with these.
    TLS_1_2_ONLY,
    NO_PIPELINING,
    REFUSES_READ_AHEAD,
    FEEDS_READ_AHEAD_TO_TLS,

    // Greeting and offers.
    GREETING_REFUSED,
    GREETING_BUSY,
    GREETING_WITH_BARE_LF,
    NO_UPGRADE_OFFER,
    OFFER_WITH_PARAMETER,
    CAPABILITIES_INSIDE_REFUSED,

    // The command.
    TALKS_AFTER_GO_AHEAD,
    GO_AHEAD_REFUSED,
    GO_AHEAD_WITH_BARE_LF,
    HANDSHAKE_FAILS,
    ACCEPTS_ARGUMENT,
    UPPER_CASE_ONLY,
    NO_MIXED_CASE,

    // Inside TLS.
    OFFERS_UPGRADE_INSIDE,
    ACCEPTS_UPGRADE_INSIDE,
    UPGRADE_INSIDE_HANGS_UP,
    ACCEPTS_UPGRADE_AFTER_LOGIN,
    UPGRADE_AFTER_LOGIN_HANGS_UP,
    GREETS_INSIDE,
    DROPS_PIPELINED,
    ANSWERS_BACKWARDS,
    GOODBYE_HANGS_UP,
    NO_CLOSE_NOTIFY,

    // Commands before the upgrade command, in one segment with it.
    FLUSHES_LATE,
    SWALLOWS_PIPELINED,

    // Plaintext where there must be none.
    KEEPS_READ_AHEAD,
    KEEPS_FRAGMENT,
    KEEPS_READ_AHEAD_AFTER_BARE_LF,
    ANSWERS_READ_AHEAD_BEFORE_TLS,
    OBEYS_READ_AHEAD_SILENTLY,
    WAITS_FOR_SECOND_SEGMENT,
    PLAINTEXT_AFTER_GO_AHEAD,
    TELLS_FAILED_HANDSHAKE,
    GOES_ON_AFTER_FAILED_HANDSHAKE,
    DIES_OF_FAILED_HANDSHAKE,

    // Login.
    MECHANISMS_BEFORE_TLS,
    CRAM_BEFORE_TLS,
    ASKS_FOR_PASSWORD_BEFORE_TLS,

    // Lines.
    TAKES_BARE_LF,
    CUTS_LONG_LINES,
    TAKES_ANY_LENGTH,
    DIES_OF_LONG_LINE,
}
