/** The upgrade dialogue of POP3, both roles. */
@SuppressWarnings("module") // The protocol's name ends in a digit.
module dev.starttls.pop3 {
    requires transitive dev.starttls.core;

    exports dev.starttls.pop3;
}
