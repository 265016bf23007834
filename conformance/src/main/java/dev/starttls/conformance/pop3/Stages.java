package dev.starttls.conformance.pop3;

import dev.starttls.conformance.session.Stage;

/** Where the checks of POP3 begin. */
final class Stages {
    /** Greeting read, in plaintext. */
    static final Stage<Pop3Talk> GREETED = Stage.first(Pop3Talk::with, Pop3Talk::greeted);
    /** Greeting read, in plaintext or, where TLS comes first, inside it. */
    static final Stage<Pop3Talk> OPENED =
            GREETED.butImplicitly(Stage.first(Pop3Talk::with, Pop3Talk::secured).and(Pop3Talk::greeted));
    /** CAPA asked for in plaintext. */
    static final Stage<Pop3Talk> INTRODUCED = GREETED.and(Pop3Talk::introduced);
    /** CAPA asked for in plaintext and STLS among the answers. */
    static final Stage<Pop3Talk> OFFERED = INTRODUCED.and(Pop3Talk::offered);
    /** STLS said and answered with +OK: a ClientHello is due. */
    static final Stage<Pop3Talk> GONE_AHEAD = OFFERED.and(Pop3Talk::goneAhead);
    /** Inside TLS, nothing said yet; with implicit TLS the greeting is read. */
    static final Stage<Pop3Talk> INSIDE = GONE_AHEAD.and(Pop3Talk::secured).butImplicitly(OPENED);
    /** Inside TLS, CAPA asked for. */
    static final Stage<Pop3Talk> INTRODUCED_INSIDE = INSIDE.and(Pop3Talk::introduced);

    private Stages() {}
}
