package dev.starttls.core.upgrade;

import dev.starttls.core.line.LineException;

/** Why an upgrade failed; each maps to the result type that a TLS report names it by (RFC 8460 section 4.3). */
public enum FailureReason {
    /** The server does not offer the upgrade, or someone in the middle has removed the offer. */
    NOT_OFFERED(
            "starttls-not-supported",
            "If the server is known to offer it, someone in the middle may have removed the offer: try another network, or an implicit-TLS port"),
    /** The server offered the upgrade and refused the command. */
    REFUSED("starttls-not-supported", "Try again later, or ask the server's operator what its log says"),
    /**
     * The server did not accept what was sent to it unasked ({@link DirectUpgrade}), and this connection cannot go on: it
     * closed the connection, ended the session or said nothing, or it refused the ClientHello that was sent together with the
     * upgrade command; see the cause. That is remembered of the host, and nothing is wrong with it. Clients that make their
     * connections themselves make another under {@link DirectUpgrade#REMEMBERED}, and report no failure.
     */
    DIRECT_NOT_TAKEN(
            "validation-failure",
            "Connect again under DirectUpgrade.REMEMBERED, which now remembers that the host does not accept it; or always ask first, under DirectUpgrade.NEVER"),
    /** An IMAP server greeted with PREAUTH, in which state STARTTLS is not possible (RFC 9051 section 11.1). */
    PREAUTHENTICATED(
            "starttls-not-supported",
            "Use an implicit-TLS port, or have the server's operator turn PREAUTH off for this client"),
    /** Octets in the clear came after the go-ahead or after the upgrade command (CVE-2011-0411, CVE-2021-38371). */
    PLAINTEXT_INJECTION(
            "validation-failure",
            "Someone in the middle may have added the octets: try another network, and see what the peer's log says"),
    /** The peer sent what the protocol does not allow. */
    PROTOCOL_VIOLATION(
            "validation-failure",
            "Find out what answers at this host and port: something that does not speak this protocol, a faulty implementation, or something in the middle that rewrites what is sent; its log may say more"),
    /** The peer sent more than the limits allow. */
    LIMIT_EXCEEDED(
            "validation-failure",
            "The peer is hostile or at fault; if it is known to send as much, raise the bound of UpgradeLimits that it has exceeded"),
    /** The time for a phase ran out. */
    TIMEOUT(
            "validation-failure",
            "If the peer is only slow, raise it by UpgradeLimits.withTimePerPhase or withTimePerCommand"),
    /** The server turned the client away: in its greeting, by refusing its EHLO, or later with 421 or BYE. */
    TURNED_AWAY(
            "validation-failure",
            "The server's reply may say why: try again later or from another address, or ask its operator"),
    /** No connection could be made. */
    CONNECT_FAILED("validation-failure", "Check the host, the port, and the firewalls on the way"),
    /** What the domain says of its hosts excludes this one (RFC 8461 section 5); no connection was made. */
    HOST_EXCLUDED(
            "validation-failure",
            "Try the domain's other hosts, and the same again later: its operator has to bring its policy and its MX records into accord"),
    /** The peer closed the connection. */
    CONNECTION_CLOSED("validation-failure", "Try again later or from another network, or see what the peer's log says"),
    /** The TLS handshake failed for another reason than the certificate. */
    HANDSHAKE_FAILED(
            "validation-failure", "Compare the versions and suites of both sides, and see what the peer's log says"),
    /** The certificate does not lead to a trusted root. */
    CERTIFICATE_UNTRUSTED(
            "certificate-not-trusted",
            "Check which authority issued the certificate, and whether the trust manager trusts it"),
    /** The certificate, or one above it, has expired or is not valid yet. */
    CERTIFICATE_EXPIRED(
            "certificate-expired",
            "Compare the certificate's dates with the clock of this machine; its operator has to renew it"),
    /** The certificate is for another name. */
    CERTIFICATE_NAME_MISMATCH(
            "certificate-host-mismatch",
            "Connect by a name that the certificate has, or ask the server's operator for one that has this name"),
    /** No key of the server's certificates is pinned. */
    CERTIFICATE_PIN_MISMATCH(
            "validation-failure",
            "If the server has a new key, set its pin; if not, someone in the middle has answered"),
    /** No TLSA record of the server matches its certificates (RFC 7672 section 3). */
    TLSA_MISMATCH(
            "tlsa-invalid",
            "The server's operator has to publish a TLSA record for the certificate that it uses; someone in the middle may also have answered"),
    /** A rule of this side's own refuses the server's certificates, see {@link dev.starttls.core.tls.ServerVerifier}. */
    CERTIFICATE_REFUSED("validation-failure", "Check what the ServerVerifier that was set requires"),
    /**
     * The DNS gave no answer that can be relied on about a server that may have TLSA records, and it must not be used (RFC 7672
     * section 2.1.2); no connection was made.
     */
    DNSSEC_INVALID(
            "dnssec-invalid",
            "Try again later, or ask the domain's operator: the signatures may be wrong, or the name servers may not answer questions for TLSA"),
    /** DANE is required of the server, and there are no TLSA records by which it could be verified; no connection was made. */
    DANE_REQUIRED(
            "dane-required",
            "Ask the domain's operator for TLSA records in a signed zone, or do not require DANE of this domain"),
    /** The connection ended inside TLS without close_notify. */
    TRUNCATED(
            "validation-failure",
            "Someone in the middle may have cut the connection: what was received may be incomplete"),
    /** This side gave up: the selector loop was full or shut down, or the caller cancelled, closed or interrupted it. */
    REJECTED(
            "validation-failure",
            "Nothing is wrong with the peer: try again when this side has room, with a loop and a channel that are open"),
    /** Code of this side threw: a dialogue, a handler, a listener, a trust manager, a chooser of contexts, an executor; see the cause. */
    LOCAL_ERROR(
            "validation-failure",
            "The cause shows the place: a dialogue, a handler, a listener, a trust manager, a chooser of contexts, an engine source, a memory of hosts, or a call of this library");

    private final String resultType;
    private final String advice;

    FailureReason(String resultType, String advice) {
        this.resultType = resultType;
        this.advice = advice;
    }

    /**
     * What a broken line is.
     *
     * @param broken what was wrong with it
     * @return {@link #LIMIT_EXCEEDED} of a line that is too long, else {@link #PROTOCOL_VIOLATION}
     */
    public static FailureReason of(LineException broken) {
        return broken.kind() == LineException.Kind.TOO_LONG ? LIMIT_EXCEEDED : PROTOCOL_VIOLATION;
    }

    /**
     * The result type of RFC 8460 section 4.3.
     *
     * @return for instance {@code starttls-not-supported}
     */
    public String resultType() {
        return resultType;
    }

    /** The advice where nothing more is known. */
    String advice() {
        return advice;
    }
}
