package dev.starttls.conformance.client;

/** What a client of the tests does wrong. */
enum ClientFault {
    /** Goes on in plaintext where the upgrade is not offered. */
    GOES_ON_WITHOUT_OFFER,
    /** Goes on in plaintext where the upgrade is refused. */
    GOES_ON_AFTER_REFUSAL,
    /** Reports success whatever happened. */
    ALWAYS_REPORTS_SUCCESS,
    /** Takes octets that it read before the handshake for octets from inside TLS. */
    KEEPS_OCTETS_FROM_PLAINTEXT,
    /** Throws away octets that it read before the handshake, and goes on, which is allowed. */
    DISCARDS_OCTETS_FROM_PLAINTEXT,
    /** Verifies neither the certificate nor the name. */
    VERIFIES_NOTHING,
    /** Verifies the certificate and not the name. */
    VERIFIES_NO_NAME,
    /** Goes on in plaintext on a new connection when the handshake failed. */
    GOES_ON_AFTER_FAILED_HANDSHAKE,
    /** Goes on in plaintext on a second port when the handshake failed. */
    TRIES_THE_SECOND_PORT,

    // TLS

    /** Verifies the name and the dates of the certificate, but not who issued it. */
    VERIFIES_NO_PATH,
    /** Takes certificates outside of their dates. */
    VERIFIES_NO_DATES,
    /** Looks for the host name in the common name. */
    MATCHES_COMMON_NAME,
    /** Takes a wildcard for a part of its label. */
    MATCHES_PARTIAL_WILDCARDS,
    /** Compares the name with the certificate only when the handshake is over, and some command was sent. */
    LOOKS_AT_THE_NAME_LATE,
    /** Takes no certificate without a common name. */
    WANTS_A_COMMON_NAME,
    /** Knows no wildcards. */
    KNOWS_NO_WILDCARDS,
    /** Compares names with regard to case. */
    COMPARES_THE_CASE_OF_NAMES,
    /** Takes no certificate of an intermediate authority. */
    KNOWS_NO_INTERMEDIATES,
    /** Does not look at what the key is for. */
    IGNORES_USAGE,
    /** Takes RSA keys of 1024 bits, and SHA-1. */
    ACCEPTS_WEAK_KEYS,
    /** Does not look at a stapled OCSP response. */
    IGNORES_STAPLED_RESPONSE,
    /** Does not say which server it wants. */
    SENDS_NO_SERVER_NAME,
    /** Takes a DHE key of any length. */
    ACCEPTS_SHORT_DHE,
    /** Goes on whatever the server does: {@link RecklessTls}. */
    TAKES_ANY_TLS,
    /** Takes a record of one octet or none for an end. */
    STOPS_AT_SHORT_RECORDS,
    /** Expects a record whole in one segment. */
    TAKES_A_SEGMENT_FOR_A_RECORD,
    /** Stops at more than a hundred tickets. */
    STOPS_AT_MANY_TICKETS,
    /** Waits for ever after a HelloRequest. */
    WAITS_AFTER_HELLO_REQUEST,
    /** Offers TLS 1.2, and fails with it. */
    FAILS_IN_TLS12,
    /** Offers TLS 1.3, and fails with it. */
    FAILS_IN_TLS13,
    /** Gives a handshake no time. */
    GIVES_UP_AT_ONCE,
    /** Hangs where a name in the certificate ends with a dot. */
    HANGS_AT_A_TRAILING_DOT,
    /** Waits for ever after a handshake record without content. */
    WAITS_AFTER_AN_EMPTY_HANDSHAKE_RECORD,

    // IMAP and POP3
    /** Logs in before it upgrades where a login is offered. */
    LOGS_IN_WHERE_OFFERED,
    /** Knows the upgrade only in upper case. */
    MATCHES_CASE,
    /** Uses inside TLS the capabilities that were offered before. */
    REMEMBERS_CAPABILITIES,
    /** Takes a message that is cut for a whole one. */
    TAKES_A_CUT_MESSAGE,
    /** Prints what the server says before TLS. */
    PRINTS_WHAT_THE_SERVER_SAYS,

    // IMAP
    /** Takes whatever comes first for the answer to its upgrade command, and for a refusal. */
    IMAP_TAKES_ANY_LINE_FOR_A_REFUSAL,
    /** Takes an OK with any tag or none for the answer to its command. */
    IMAP_TAKES_ANY_TAG,
    /** Takes an answer that came before its command for a sign that TLS is on. */
    IMAP_TAKES_EARLY_ANSWERS,
    /** Keeps octets from before TLS, and takes BYE for a good end. */
    IMAP_TAKES_BYE_FOR_SUCCESS,
    /** Uses folders and messages that were reported before TLS. */
    IMAP_USES_DATA_FROM_PLAINTEXT,
    /** Breaks down on a list of folders before TLS. */
    IMAP_CRASHES_ON_A_LIST,
    /** Takes an answer to CAPABILITY with another tag for no offer, and logs in. */
    IMAP_LOGS_IN_AFTER_A_STRAY_ANSWER,
    /** Follows each referral, without TLS where its scheme has none. */
    IMAP_FOLLOWS_REFERRALS,
    /** The same, but only after PREAUTH, which it takes for a login in plaintext too. */
    IMAP_FOLLOWS_REFERRALS_AFTER_PREAUTH,
    /** Takes an answer whose tag has other letters in upper case for its own. */
    IMAP_COMPARES_TAGS_WITHOUT_CASE,
    /** Waits for a literal wherever a line ends like one. */
    IMAP_READS_LITERALS_ANYWHERE,
    /** Logs in whatever the greeting says. */
    IMAP_LOGS_IN_AFTER_PREAUTH,
    /** Sends LOGIN although it is disabled. */
    IMAP_LOGS_IN_WHERE_DISABLED,

    /** Has tags of another form inside TLS, which begin anew. */
    IMAP_HAS_OTHER_TAGS_INSIDE_TLS,
    /** Has tags inside TLS that nobody can foresee, and skips answers with others. */
    IMAP_HAS_RANDOM_TAGS_INSIDE_TLS,

    // POP3
    /** Takes any line for good that begins with a plus sign. */
    POP3_TAKES_ANY_PLUS,
    /** Sends APOP in plaintext where the greeting has a timestamp. */
    POP3_SENDS_APOP_IN_PLAINTEXT,
    /** Sends APOP inside TLS where the greeting in plaintext had a timestamp. */
    POP3_SENDS_APOP,
    /** Takes itself for logged in where the greeting says so. */
    POP3_BELIEVES_IT_IS_LOGGED_IN,
    /** Knows +OK only with text, but not with much of it or with a code. */
    POP3_KNOWS_ONE_GO_AHEAD,
    /** Takes a line that ends with LF alone for a refusal, and goes on in plaintext. */
    POP3_TAKES_LF_FOR_A_REFUSAL,
    /** Fails without close_notify. */
    POP3_NEEDS_CLOSE_NOTIFY,
    /** Fails where PIPELINING is offered. */
    POP3_FAILS_WITH_PIPELINING,

    // All protocols
    /** Goes on in plaintext after a greeting that it does not know. */
    GOES_ON_AFTER_ODD_GREETING,
    /** Does not upgrade, and does in plaintext what it is for. */
    NEVER_UPGRADES,
    /** Starts over in plaintext on a new connection whatever has failed. */
    STARTS_OVER_IN_PLAINTEXT,
    /** Reads on after the go-ahead, and takes what comes for octets from inside TLS. */
    READS_ON_BEFORE_HANDSHAKE,
    /** Skips what is no TLS between records. */
    SKIPS_PLAINTEXT_BETWEEN_RECORDS,
    /** Sends another line where the go-ahead does not come at once. */
    SENDS_MORE_BEFORE_GO_AHEAD,
    /** Breaks down at an answer that is longer than it has room for, or that only says so. */
    CRASHES_ON_LONG_ANSWERS,
    /** Takes the first segment for the whole list of capabilities. */
    TAKES_SEGMENT_FOR_LIST,
    /** Uses inside TLS the capabilities from before it too. */
    KEEPS_CAPABILITIES_FROM_PLAINTEXT,
    /** Does not ask for the capabilities inside TLS. */
    SKIPS_DISCOVERY_INSIDE,
    /** Upgrades wherever the upgrade is offered. */
    UPGRADES_INSIDE_TLS,
    /** Takes the end of the stream inside TLS for the end of its session. */
    TAKES_TRUNCATION_FOR_THE_END,
    /** Sends a command before the greeting. */
    SENDS_BEFORE_GREETING,
    /** Fails where the server asks for a certificate. */
    FAILS_AT_CERTIFICATE_REQUEST,

    // SMTP
    /** Logs in before it upgrades where a login is offered. */
    SMTP_LOGS_IN_BEFORE_UPGRADE,
    /** Sees the offer of the upgrade only in upper case. */
    SMTP_WANTS_UPPER_CASE,
    /** Takes a success other than 220 for an upgrade that is done. */
    SMTP_TAKES_SUCCESS_FOR_UPGRADE,
    /** Reads only the first line of the go-ahead. */
    SMTP_READS_ONE_LINE_OF_GO_AHEAD,
    /** Takes no go-ahead without text. */
    SMTP_WANTS_TEXT,
    /** Does not look at the code of a reply. */
    SMTP_IGNORES_CODES,
    /** Takes the first segment for the whole greeting. */
    SMTP_TAKES_SEGMENT_FOR_GREETING
}
