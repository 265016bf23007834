package dev.starttls.conformance.smtp;

import dev.starttls.conformance.session.Fault;

/** The faults that only a {@link ScriptedSmtpSession scripted server} of SMTP may have, after what are not faults. */
public enum SmtpFault implements Fault {
    // Not faults: the checks pass with these.
    MAIL_WITHOUT_EHLO,
    STARTTLS_NEEDS_EHLO,
    /** Not of a submission server; one of a domain's MX must not. */
    TLS_REQUIRED,
    STARTTLS_REFUSED_IN_TRANSACTION,
    AUTH_INSIDE_TLS,
    RCPT_REFUSED_WITH_550,
    NO_NOOP,
    CHUNKING,
    DATA_WITHOUT_RECIPIENT,
    FOREIGN_NAMES_ONLY,

    // Greeting and offers.
    GREETING_WITHOUT_DOMAIN,
    GREETING_WITH_8_BIT,
    GREETING_WITH_MARKUP,
    REQUIRETLS_BEFORE_TLS,

    // The command.
    GO_AHEAD_250,
    ARGUMENT_ANSWERED_500,
    STARTTLS_IN_DATA,
    STARTTLS_IN_BDAT,
    STARTTLS_IN_REFUSED_BDAT,
    HELO_STARTTLS_HANGS_UP,
    TLS_REQUIRED_SAID_WITH_550,
    FAILED_HANDSHAKE_IN_THREE_LINES,

    // Inside TLS.
    STARTTLS_INSIDE_421,
    NOOP_INSIDE_NEEDS_EHLO,
    OFFERS_STARTTLS_AFTER_RSET,
    OFFERS_STARTTLS_AFTER_LOGIN,
    ACCEPTS_UNKNOWN_COMMANDS,
    ANSWERS_UNKNOWN_COMMANDS_TWICE,
    KEEPS_RECIPIENT,
    KEEPS_RECIPIENT_TILL_EHLO,
    KEEPS_EHLO,
    TELLS_EARLIER_NAME,
    KEEPS_TRANSACTION_TILL_EHLO,
    KEEPS_TRANSACTION,
    TRANSACTION_CHANGES_REFUSAL,
}
