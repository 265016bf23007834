/** The upgrade dialogue of SMTP, both roles, and what domains ask of those who send them mail. */
module dev.starttls.smtp {
    requires transitive dev.starttls.core;

    exports dev.starttls.smtp;
    exports dev.starttls.smtp.policy;
}
