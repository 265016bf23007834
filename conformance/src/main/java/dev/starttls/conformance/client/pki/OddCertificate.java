package dev.starttls.conformance.client.pki;

import dev.starttls.core.tls.ServerIdentity;
import java.util.Locale;

/** A certificate of a server, good or odd in exactly one respect, and what a client has to make of it. */
public enum OddCertificate {
    GOOD(0, Expectation.ACCEPT, "nothing is wrong: it is issued by the root, for the host name"),
    GOOD_RSA(0, Expectation.ACCEPT, "nothing is wrong, and its key is one of RSA"),
    SELF_SIGNED(
            0, Expectation.REFUSE, "it is signed with its own key, and no root has issued it (RFC 5280 section 6.1)"),
    UNKNOWN_ROOT(0, Expectation.REFUSE, "it is issued by a root that the client does not trust (RFC 5280 section 6.1)"),
    FORGED_SIGNATURE(
            0,
            Expectation.REFUSE,
            "it names the root as its issuer, and another key has signed it (RFC 5280 section 6.1.3)"),
    OTHER_NAME(0, Expectation.REFUSE, "it is for another host name (RFC 9525 section 6.1)"),
    EXPIRED(0, Expectation.REFUSE, "it has expired (RFC 5280 section 6.1.3)"),
    NOT_YET_VALID(0, Expectation.REFUSE, "it is not valid yet (RFC 5280 section 6.1.3)"),
    COMMON_NAME_ONLY(
            0,
            Expectation.REFUSE,
            "the host name is in the common name of the subject only, and there is no subjectAltName (RFC 9525 section"
                    + " 6.3)"),
    NO_COMMON_NAME(
            0,
            Expectation.ACCEPT,
            "nothing is wrong: the host name is in the subjectAltName, and the subject has no common name (RFC 9525"
                    + " section 2)"),
    IP_IN_SAN_ONLY(
            1, Expectation.REFUSE, "the subjectAltName has an IP address, but no host name (RFC 9525 section 6.3)"),
    WILDCARD_ONE_LABEL_TOO_FEW(
            3, Expectation.REFUSE, "the wildcard stands for two labels of the host name (RFC 9525 section 6.3)"),
    PARTIAL_WILDCARD(2, Expectation.REFUSE, "the wildcard is only a part of its label (RFC 9525 section 6.3)"),
    REGISTRY_WILDCARD(
            2, Expectation.REFUSE, "the wildcard is for all names of a registry's domain (RFC 9525 section 7.1)"),
    WHOLE_LABEL_WILDCARD(
            3,
            Expectation.ACCEPT,
            "nothing is wrong: the wildcard is the whole left-most label (RFC 9525 section 6.3)"),
    UPPER_CASE(1, Expectation.ACCEPT, "nothing is wrong: the host name is in upper case (RFC 9525 section 6.3)"),
    TRAILING_DOT(
            1,
            Expectation.EITHER,
            "the host name ends with a dot, which the subjectAltName must not have (RFC 5280 section 4.2.1.6)"),
    INTERMEDIATE(0, Expectation.ACCEPT, "nothing is wrong: an intermediate authority issued it, and is sent"),
    INTERMEDIATE_MISSING(
            0,
            Expectation.REFUSE,
            "an intermediate authority issued it, and is not sent (RFC 8446 section 4.4.2, RFC 5280 section 6.1)"),
    INTERMEDIATE_NOT_A_CA(
            0,
            Expectation.REFUSE,
            "the certificate that issued it is not one of an authority: CA is FALSE (RFC 5280 section 6.1.4)"),
    CLIENT_AUTH_ONLY(
            0, Expectation.REFUSE, "its extended key usage is that of clients only (RFC 5280 section 4.2.1.12)"),
    NO_DIGITAL_SIGNATURE(
            0, Expectation.REFUSE, "its key usage does not allow digital signatures (RFC 8446 section 4.4.2.2)"),
    RSA_1024(0, Expectation.REFUSE, "its RSA key has 1024 bits (RFC 9325 section 4.5)"),
    SHA1_SIGNATURE(0, Expectation.REFUSE, "it is signed with SHA-1 (RFC 9155 section 1, RFC 9325 section 4.5)"),
    MD5_SIGNATURE(0, Expectation.REFUSE, "it is signed with MD5 (RFC 8446 section 4.4.2.4)"),
    NAME_CONSTRAINTS_VIOLATED(
            1,
            Expectation.REFUSE,
            "the intermediate authority that issued it may issue only for another domain (RFC 5280 section 4.2.1.10)"),
    CRITICAL_UNKNOWN_EXTENSION(
            0, Expectation.REFUSE, "it has a critical extension that nobody knows (RFC 5280 section 4.2)"),
    CHAIN_OF_20(
            0,
            Expectation.EITHER,
            "nothing is wrong, but its chain has 20 certificates, which clients may find too long"),
    HUGE_CHAIN(
            0,
            Expectation.EITHER,
            "the chain has one megabyte, of which the client has to read no more than it can hold"),
    REVOKED_STAPLED(
            0,
            Expectation.EITHER,
            "it is revoked, as the stapled OCSP response says, which most clients ignore (RFC 6066 section 8)");

    /** What a client has to do. */
    public enum Expectation {
        /** It must accept the certificate. */
        ACCEPT,
        /** It must refuse the certificate. */
        REFUSE,
        /** It may do either, but must not hang or fail in another way. */
        EITHER
    }

    private final int labels;
    private final Expectation expectation;
    private final String sentence;

    OddCertificate(int labels, Expectation expectation, String sentence) {
        this.labels = labels;
        this.expectation = expectation;
        this.sentence = sentence;
    }

    /** What a client has to do about it. */
    public Expectation expectation() {
        return expectation;
    }

    /** What is wrong, in one sentence without a full stop, with the clause. */
    public String sentence() {
        return sentence;
    }

    /** What a server with it does, in words that follow "the server". */
    public String presented() {
        return "presents a certificate: " + sentence;
    }

    /**
     * Whether there is such a certificate for this host: some need a name, not an address, and wildcards need names of
     * two or three labels.
     */
    public boolean isPossibleFor(String host) {
        return labels == 0 || (!ServerIdentity.isAddress(host) && host.split("\\.", -1).length >= labels);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Whether it is the names that are odd, or written in another way than usual. */
    boolean isOfNames() {
        return switch (this) {
            case OTHER_NAME,
                    COMMON_NAME_ONLY,
                    IP_IN_SAN_ONLY,
                    WILDCARD_ONE_LABEL_TOO_FEW,
                    PARTIAL_WILDCARD,
                    REGISTRY_WILDCARD,
                    WHOLE_LABEL_WILDCARD,
                    UPPER_CASE,
                    TRAILING_DOT -> true;
            default -> false;
        };
    }
}
