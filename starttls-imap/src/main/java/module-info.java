/** The upgrade dialogue of IMAP, both roles. */
module dev.starttls.imap {
    requires transitive dev.starttls.core;

    exports dev.starttls.imap;
}
