package dev.starttls.conformance.smtp;

import dev.starttls.conformance.session.Stage;

/** Where the checks of SMTP begin. */
final class Stages {
    /** Greeting read, in plaintext. */
    static final Stage<SmtpTalk> GREETED = Stage.first(SmtpTalk::with, SmtpTalk::greeted);
    /** EHLO said in plaintext. */
    static final Stage<SmtpTalk> INTRODUCED = GREETED.and(SmtpTalk::introduced);
    /** EHLO said in plaintext and STARTTLS among the offers. */
    static final Stage<SmtpTalk> OFFERED = INTRODUCED.and(SmtpTalk::offered);
    /** STARTTLS said and answered with 220: a ClientHello is due. */
    static final Stage<SmtpTalk> GONE_AHEAD = OFFERED.and(SmtpTalk::goneAhead);
    /** Inside TLS, nothing said yet; with implicit TLS the greeting is read. */
    static final Stage<SmtpTalk> INSIDE = GONE_AHEAD
            .and(SmtpTalk::secured)
            .butImplicitly(Stage.first(SmtpTalk::with, SmtpTalk::secured).and(SmtpTalk::greeted));
    /** Inside TLS, EHLO said. */
    static final Stage<SmtpTalk> INTRODUCED_INSIDE = INSIDE.and(SmtpTalk::introduced);

    private Stages() {}
}
