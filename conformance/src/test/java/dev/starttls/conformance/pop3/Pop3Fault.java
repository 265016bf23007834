package dev.starttls.conformance.pop3;

import dev.starttls.conformance.session.Fault;

/** The faults that only a {@link ScriptedPop3Session scripted server} of POP3 may have, after what are not faults. */
public enum Pop3Fault implements Fault {
    // Not faults: the checks pass with these.
    NO_USER,
    TIMESTAMP,
    NOOP_ALWAYS,
    NO_CAPA,

    // Greeting and offers.
    GREETING_WITH_8_BIT,
    GREETING_TOO_LONG,
    CAPA_WITH_TWO_SPACES,
    CAPA_WITHOUT_DOT,

    // The command, and commands.
    UNKNOWN_TAKEN,
    UNKNOWN_HANGS_UP,
    UNKNOWN_ANSWERED_TWICE,
    REPEATS_UNKNOWN,

    // Inside TLS.
    STLS_INSIDE_ENDS_SESSION,
    STLS_AFTER_LOGIN_ENDS_LOGIN,

    // What is kept from before TLS.
    KEEPS_USER,
    SAME_REFUSAL,
    SAME_TIMESTAMP,
    KEEPS_TIMESTAMP,

    // Login.
    USER_IN_THE_CLEAR,
    USER_ANNOUNCED,
    USER_TAKEN,
    LISTS_MECHANISMS,
    KEEPS_APOP_NAME,
    REPEATS_PASSWORD,

    // Lines.
    TAKES_SHORT_COMMANDS_ONLY,
}
