package dev.starttls.conformance.tls.certificate;

/** What an OCSP response that came with a certificate says about it. */
public sealed interface StapledResponse {

    /** The certificate is good. */
    record Good() implements StapledResponse {}

    /**
     * The certificate was revoked.
     *
     * @param detail when, and why
     */
    record Revoked(String detail) implements StapledResponse {}

    /**
     * It says nothing that a client would believe: it is out of date, for another certificate, not signed by the issuer,
     * or not an OCSP response at all.
     *
     * @param why what is wrong with it
     */
    record Useless(String why) implements StapledResponse {}

    /** It cannot be judged without the issuer's certificate, which was neither sent nor is among the roots. */
    record IssuerMissing() implements StapledResponse {}
}
