/** The upgrade dialogue of SMTP, both roles. */
module dev.starttls.smtp {
    requires transitive dev.starttls.core;

    exports dev.starttls.smtp;
}
