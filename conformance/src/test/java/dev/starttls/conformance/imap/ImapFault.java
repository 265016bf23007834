package dev.starttls.conformance.imap;

import dev.starttls.conformance.session.Fault;

/** The faults that only a {@link ScriptedImapSession scripted server} of IMAP may have, after what are not faults. */
public enum ImapFault implements Fault {
    // Not faults: the checks pass with these.
    GREETING_WITH_CAPABILITY,
    LOGINDISABLED_NOT_ANNOUNCED,
    LOGIN_REFUSED_WITHOUT_CODE,
    LOGIN_HANGS_UP,
    ECHOES_MISSING_TAG,
    ODD_TAG_HANGS_UP,
    LITERAL_HANGS_UP,

    // Greeting and offers.
    GREETING_PREAUTH,
    GREETING_WITH_CONTROLS,
    GREETING_WITHOUT_SPACE,
    NO_REVISION,
    TWO_CAPABILITY_LINES,

    // The command.
    GO_AHEAD_WITH_OTHER_TAG,
    ARGUMENT_ANSWERED_NO,
    TAGS_IN_LOWER_CASE,

    // Inside TLS.
    LOGINDISABLED_INSIDE,
    NO_LOGIN_INSIDE,
    STARTTLS_INSIDE_SPOILS_SESSION,
    STARTTLS_AFTER_LOGIN_ANSWERED_NO,
    ANNOUNCES_INSIDE,
    INFORMS_INSIDE,
    LOGOUT_WITHOUT_BYE,
    LOGOUT_WITHOUT_OK,

    // Login.
    LOGIN_IN_THE_CLEAR,
    LOGIN_TRIED_IN_THE_CLEAR,
    LOGIN_TAKEN_IN_THE_CLEAR,
    LOGIN_REFUSED_WITH_BAD,
    REPEATS_PASSWORD,
    NO_AUTH_PLAIN,

    // Syntax.
    PASSES_OVER_LINES_WITHOUT_TAG,
    OBEYS_ANY_TAG,
    ECHOES_ANY_TAG,
    UNKNOWN_ANSWERED_WITHOUT_TAG,
    UNKNOWN_TAKEN,
    NOOP_REFUSED_BEFORE_TLS,
    IDLES,
    IDLE_HANGS_UP,

    // Bounds.
    ASKS_FOR_ANY_LITERAL,
    READS_ANY_LITERAL,
    DIES_OF_LITERAL,
}
