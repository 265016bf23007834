package dev.starttls.conformance.imap;

import dev.starttls.conformance.session.Stage;

/** Where the checks of IMAP begin. */
final class Stages {
    /** Greeting read, in plaintext. */
    static final Stage<ImapTalk> GREETED = Stage.first(ImapTalk::with, ImapTalk::greeted);
    /** Greeting read, in plaintext or, where TLS comes first, inside it. */
    static final Stage<ImapTalk> OPENED =
            GREETED.butImplicitly(Stage.first(ImapTalk::with, ImapTalk::secured).and(ImapTalk::greeted));
    /** CAPABILITY asked for in plaintext. */
    static final Stage<ImapTalk> INTRODUCED = GREETED.and(ImapTalk::introduced);
    /** The same, if possible from another address than the server's own, to which it may offer more. */
    static final Stage<ImapTalk> SEEN_FROM_ELSEWHERE =
            Stage.first(ImapTalk::fromElsewhere, ImapTalk::greeted).and(ImapTalk::introduced);
    /** CAPABILITY asked for in plaintext and STARTTLS among the answers. */
    static final Stage<ImapTalk> OFFERED = INTRODUCED.and(ImapTalk::offered);
    /** STARTTLS said and answered with OK: a ClientHello is due. */
    static final Stage<ImapTalk> GONE_AHEAD = OFFERED.and(ImapTalk::goneAhead);
    /** Inside TLS, nothing said yet; with implicit TLS the greeting is read. */
    static final Stage<ImapTalk> INSIDE = GONE_AHEAD.and(ImapTalk::secured).butImplicitly(OPENED);
    /** Inside TLS, CAPABILITY asked for. */
    static final Stage<ImapTalk> INTRODUCED_INSIDE = INSIDE.and(ImapTalk::introduced);

    private Stages() {}
}
