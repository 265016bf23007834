package dev.starttls.conformance.smtp;

import dev.starttls.conformance.session.Fault;

/** The faults that only a {@link ScriptedSmtpSession scripted server} of SMTP may have, after what are not faults. */
public enum SmtpFault implements Fault {
    // Not faults: the checks pass with these.
    MAIL_WITHOUT_EHLO,
    STARTTLS_NEEDS_EHLO,
    TLS_REQUIRED,
    STARTTLS_REFUSED_IN_TRANSACTION,
    AUTH_INSIDE_TLS,
    RCPT_REFUSED_WITH_550,

    // Greeting and offers.
    GREETING_WITHOUT_DOMAIN,
    GREETING_WITH_8_BIT,
    GREETING_WITH_MARKUP,
    REQUIRETLS_BEFORE_TLS,

    // The command.
    GO_AHEAD_250,
    ARGUMENT_ANSWERED_500,
    STARTTLS_IN_DATA,
    HELO_STARTTLS_HANGS_UP,

    // Inside TLS.
    STARTTLS_INSIDE_421,
    KEEPS_EHLO,
    TELLS_EARLIER_NAME,
    KEEPS_TRANSACTION_TILL_EHLO,
    KEEPS_TRANSACTION,
    TRANSACTION_CHANGES_REFUSAL,
}
