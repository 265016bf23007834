package dev.starttls.conformance.client.tls;

import static dev.starttls.conformance.client.pki.OddCertificate.*;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.pki.OddCertificate;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.tls.TlsCases.Rule;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.ClientOffer;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.core.tls.ServerIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The certificate that the server presents, and the name that the client asks for: TLS-C-01 to 24 and 43, but 22 and 23. */
final class CertificateCases {
    private static final String ANYBODY =
            "An attacker on the path makes such a certificate for any name without an authority, and then reads the login and"
                    + " the mail.";
    private static final String NAME =
            "An attacker has a good certificate for a name of their own; a client that does not compare it with the name it"
                    + " connects to takes that one for the server.";
    private static final String PATH =
            "A certificate that was issued against the rules of the path is one that the authority has not vouched for.";
    private static final String VERIFY =
            "Switch on the verification of certificates; authors: use the platform's verification, and never a callback that"
                    + " returns true.";
    private static final String VERIFY_NAME =
            "Switch on the verification of host names; authors: give the TLS library the name that the user has configured"
                    + " (setEndpointIdentificationAlgorithm, SSL_set1_host, server_hostname).";
    private static final String PLATFORM =
            "Keep the TLS library up to date; authors: let it verify the path, with the purpose of a TLS server.";

    private final Protocol protocol;
    private final List<ClientCase> cases = new ArrayList<>();

    private CertificateCases(Protocol protocol) {
        this.protocol = protocol;
    }

    static List<ClientCase> of(Protocol protocol) {
        CertificateCases made = new CertificateCases(protocol);
        made.path();
        made.names();
        made.uses();
        made.strength();
        made.sizes();
        made.nameIndication();
        return made.cases;
    }

    private void path() {
        refuse(
                "TLS-C-01",
                SELF_SIGNED,
                new Rule("refuses a self-signed certificate", "RFC 5280 section 6.1", Level.MUST, ANYBODY, VERIFY));
        refuse(
                "TLS-C-02",
                UNKNOWN_ROOT,
                new Rule(
                        "refuses a certificate of an unknown authority",
                        "RFC 5280 section 6.1, RFC 8314 section 5.3",
                        Level.MUST,
                        ANYBODY,
                        VERIFY));
        refuse(
                "TLS-C-43",
                FORGED_SIGNATURE,
                new Rule(
                        "refuses a certificate that its issuer did not sign",
                        "RFC 5280 section 6.1.3",
                        Level.MUST,
                        ANYBODY,
                        "Authors: take a certificate for valid only if the library says nothing against it, and not if it"
                                + " says none of what you ask for."));
        String clock =
                "The key of an old certificate may long be known to others, and it is no longer on the list of revoked"
                        + " ones.";
        refuse(
                "TLS-C-04",
                EXPIRED,
                new Rule("refuses an expired certificate", "RFC 5280 section 6.1.3", Level.MUST, clock, VERIFY));
        refuse(
                "TLS-C-05",
                NOT_YET_VALID,
                new Rule(
                        "refuses a certificate that is not valid yet",
                        "RFC 5280 section 6.1.3",
                        Level.MUST,
                        "Outside of its dates no authority answers for a certificate; a client that does not look at one of"
                                + " them often looks at neither.",
                        VERIFY));
        refuse(
                "TLS-C-12a",
                INTERMEDIATE_MISSING,
                new Rule(
                        "refuses a certificate whose path it cannot build",
                        "RFC 8446 section 4.4.2, RFC 5280 section 6.1",
                        Level.MUST,
                        PATH,
                        VERIFY));
        goOn(
                "TLS-C-12b",
                INTERMEDIATE,
                new Rule(
                        "accepts a certificate of an intermediate authority",
                        "RFC 5280 section 6.1",
                        Level.MUST,
                        "Most certificates have such a path; users of a client that refuses it switch the verification"
                                + " off.",
                        "Authors: give the TLS library all certificates that the server sends."));
        refuse(
                "TLS-C-13",
                INTERMEDIATE_NOT_A_CA,
                new Rule(
                        "refuses a certificate that was issued by one that is no authority",
                        "RFC 5280 section 6.1.4",
                        Level.MUST,
                        "Each owner of a certificate could issue others for any name (CVE-2002-0862, CVE-2021-3450).",
                        PLATFORM));
        refuse(
                "TLS-C-18",
                NAME_CONSTRAINTS_VIOLATED,
                new Rule(
                        "refuses a name that the issuer may not certify",
                        "RFC 5280 section 4.2.1.10",
                        Level.MUST,
                        "An authority for one domain could issue certificates for all others.",
                        PLATFORM));
        refuse(
                "TLS-C-19",
                CRITICAL_UNKNOWN_EXTENSION,
                new Rule(
                        "refuses a critical extension that it does not know",
                        "RFC 5280 section 4.2",
                        Level.MUST,
                        "Such an extension restricts what the certificate is for, and the client overlooks that.",
                        PLATFORM));
        String revoked = "The key is known to others, as the server itself says.";
        cases.add(allowed(TlsCases.draft(
                        protocol,
                        "TLS-C-20",
                        new Rule(
                                "heeds a stapled response that says revoked",
                                "RFC 6066 section 8, RFC 6960 section 2.2",
                                Level.SHOULD,
                                revoked,
                                "Switch on the check of stapled responses where the client has one.")))
                .unless(CertificateCases::asksForNoStatus)
                .script(TlsCases.presenting(REVOKED_STAPLED))
                .judge(TlsJudgements::refuses));
    }

    private void names() {
        refuse(
                "TLS-C-03",
                OTHER_NAME,
                new Rule(
                        "refuses a certificate for another name",
                        "RFC 9525 section 6.1, RFC 7817 section 3",
                        Level.MUST,
                        NAME,
                        VERIFY_NAME));
        refuse(
                "TLS-C-06",
                COMMON_NAME_ONLY,
                new Rule(
                        "does not look for the host name in the common name",
                        // RFC 9525 says MUST NOT; RFC 7817, for mail, still allows it for old certificates.
                        "RFC 9525 section 2, RFC 7817 section 3",
                        Level.SHOULD,
                        "Name constraints and the authorities' checks cover the subjectAltName; the common name is free"
                                + " text, in which an authority may have left anything.",
                        "Authors: compare the dNSNames only (X509_CHECK_FLAG_NEVER_CHECK_SUBJECT in OpenSSL,"
                                + " hostname_checks_common_name = False in Python)."));
        refuse(
                "TLS-C-07",
                IP_IN_SAN_ONLY,
                new Rule(
                        "does not take the address for the host name",
                        "RFC 9525 section 6.3",
                        Level.MUST,
                        "The address came from DNS, which an attacker can forge.",
                        VERIFY_NAME));
        refuse(
                "TLS-C-08",
                WILDCARD_ONE_LABEL_TOO_FEW,
                new Rule(
                        "lets a wildcard stand for one label only",
                        "RFC 9525 section 6.3",
                        Level.MUST,
                        NAME,
                        VERIFY_NAME));
        refuse(
                "TLS-C-09",
                PARTIAL_WILDCARD,
                new Rule(
                        "refuses a wildcard that is a part of its label",
                        "RFC 9525 section 6.3, RFC 7817 section 3",
                        Level.MUST,
                        "What such a name means was never the same in two clients, and with internationalized names it"
                                + " means nothing.",
                        "Authors: accept a wildcard only as the whole left-most label"
                                + " (X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS in OpenSSL)."));
        refuse(
                "TLS-C-10",
                REGISTRY_WILDCARD,
                new Rule(
                        "refuses a wildcard for all names of a registry",
                        "RFC 9525 section 7.1",
                        Level.SHOULD,
                        "One such certificate is for the mail servers of all its domains.",
                        "Authors: ask the list of public suffixes, or demand two labels after the wildcard."));
        goOn(
                "TLS-C-11a",
                UPPER_CASE,
                new Rule(
                        "compares names without regard to case",
                        "RFC 9525 section 6.3",
                        Level.MUST,
                        "DNS names have no case; users of a client that refuses the name switch the verification off.",
                        "Authors: compare in lower case, of ASCII only."));
        cases.add(possible(
                        allowed(TlsCases.draft(
                                protocol,
                                "TLS-C-11b",
                                new Rule(
                                        "tolerates a name with a dot at its end",
                                        "RFC 5280 section 4.2.1.6",
                                        Level.SHOULD,
                                        "The certificate must not have it, and clients differ; what matters is that they end.",
                                        "Authors: either is right."))),
                        TRAILING_DOT)
                .script(TlsCases.presenting(TRAILING_DOT))
                .judge(TlsJudgements::either));
        goOn(
                "TLS-C-11c",
                WHOLE_LABEL_WILDCARD,
                new Rule(
                        "accepts a wildcard for the first label",
                        "RFC 9525 section 6.3",
                        Level.SHOULD,
                        "Many providers have such certificates; users of a client that refuses them switch the"
                                + " verification off.",
                        "Authors: let a wildcard that is the whole left-most label match one label."));
        goOn(
                "TLS-C-11d",
                NO_COMMON_NAME,
                new Rule(
                        "accepts a certificate whose subject has no common name",
                        "RFC 9525 section 2, RFC 5280 section 4.1.2.6",
                        Level.MUST,
                        "Authorities issue certificates for servers without one; users of a client that refuses them switch"
                                + " the verification off.",
                        "Authors: look for the host name in the subjectAltName, and ask nothing of the subject."));
    }

    private void uses() {
        refuse(
                "TLS-C-14",
                CLIENT_AUTH_ONLY,
                new Rule(
                        "refuses a certificate that is for clients only",
                        "RFC 5280 section 4.2.1.12",
                        Level.MUST,
                        "Each user who has a certificate for logging in could play the server.",
                        PLATFORM));
        // RFC 8446 section 4.4.2.2 binds the server; no clause says in so many words that the client has to look.
        refuse(
                "TLS-C-15",
                NO_DIGITAL_SIGNATURE,
                new Rule(
                        "refuses a signature by a key that is not for signatures",
                        "RFC 8446 section 4.4.2.2, RFC 5280 section 4.2.1.3",
                        Level.SHOULD,
                        "The authority has certified the key for something else, where it may be less well kept.",
                        PLATFORM));
    }

    private void strength() {
        refuse(
                "TLS-C-16",
                RSA_1024,
                new Rule(
                        "refuses an RSA key of 1024 bits",
                        "RFC 9325 section 4.5",
                        Level.SECURITY,
                        "Such a key can be broken by those who have the means, and then their server passes for the real"
                                + " one.",
                        "Raise the security level of the TLS library (SECLEVEL=2 in OpenSSL, jdk.certpath."
                                + "disabledAlgorithms in Java)."));
        refuse(
                "TLS-C-17a",
                SHA1_SIGNATURE,
                new Rule(
                        "refuses a certificate that is signed with SHA-1",
                        "RFC 8446 section 4.4.2.4, RFC 9325 section 4.5",
                        Level.SECURITY,
                        "Two certificates with the same SHA-1 can be made, one harmless and signed, one for your server.",
                        "Raise the security level of the TLS library (SECLEVEL=2 in OpenSSL, jdk.certpath."
                                + "disabledAlgorithms in Java)."));
        refuse(
                "TLS-C-17b",
                MD5_SIGNATURE,
                new Rule(
                        "refuses a certificate that is signed with MD5",
                        "RFC 8446 section 4.4.2.4",
                        Level.MUST,
                        "Two certificates with the same MD5 are made in a day, one harmless and signed, one of an"
                                + " authority.",
                        PLATFORM));
    }

    private void sizes() {
        String memory = "A server that a client has to trust with its memory can end it with one long answer.";
        size(
                "TLS-C-21a",
                CHAIN_OF_20,
                new Rule(
                        "survives a path of 20 certificates",
                        "RFC 5280 section 6.1",
                        Level.SHOULD,
                        memory,
                        "Authors: limit the depth of a path, and fail in order where it is longer."));
        size(
                "TLS-C-21b",
                HUGE_CHAIN,
                new Rule(
                        "survives certificates of one megabyte",
                        "RFC 8446 section 4.4.2",
                        Level.SHOULD,
                        memory,
                        "Authors: limit the length of handshake messages, and fail in order where one is longer."));
    }

    private void nameIndication() {
        cases.add(TlsCases.draft(
                        protocol,
                        "TLS-C-24",
                        new Rule(
                                "says which server it wants",
                                "RFC 6066 section 3, RFC 9325 section 3.7",
                                Level.SHOULD,
                                "A server of many names cannot choose the certificate that the client will accept.",
                                "Authors: give the TLS library the configured name, also over STARTTLS."))
                .script(CaseKit::benign)
                .judge(CertificateCases::indicated));
    }

    private static Verdict indicated(Trial trial, Control control) {
        Optional<ClientOffer> offer = trial.evidence().hello().flatMap(TlsCases::offer);
        if (offer.isEmpty()) {
            return Verdict.undecided("no ClientHello came");
        }
        String host = control.host();
        if (trial.plaintext().stream().anyMatch(line -> line.is(ReceivedLine.HELLO))) {
            return Verdict.fail("sent credentials in its ClientHello, which is not encrypted");
        }
        Optional<String> name = offer.get().serverName();
        if (ServerIdentity.isAddress(host)) {
            return name.map(sent -> Verdict.fail("sent the server name " + sent + ", though it was given an address"))
                    .orElseGet(() -> Verdict.pass("sent no server name, which is right for an address"));
        }
        if (name.isEmpty()) {
            return host.indexOf('.') < 0
                    ? Verdict.undecided(
                            "sent no server name, which has to be fully qualified, and " + host + " is not; " + ADVICE)
                    : Verdict.fail("sent no server name");
        }
        return name.get().equalsIgnoreCase(host)
                ? Verdict.pass("sent the server name " + name.get())
                : Verdict.fail("sent the server name " + name.get() + ", though it was given " + host);
    }

    private static final String ADVICE =
            "add the line '127.0.0.1 mail.example.org' to /etc/hosts and run with --host mail.example.org";

    private static Optional<Verdict> asksForNoStatus(CaseKit kit) {
        return kit.control()
                        .hello()
                        .flatMap(hello -> hello.extension(Extension.STATUS_REQUEST))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(Verdict.skip("the client does not ask for a response in its ClientHello"));
    }

    private void refuse(String id, OddCertificate certificate, Rule rule) {
        add(id, certificate, rule, TlsJudgements::refusesCertificate);
    }

    private void goOn(String id, OddCertificate certificate, Rule rule) {
        add(id, certificate, rule, TlsJudgements::goesOn);
    }

    private void size(String id, OddCertificate certificate, Rule rule) {
        add(id, certificate, rule, TlsJudgements::either);
    }

    private void add(String id, OddCertificate certificate, Rule rule, BiFunction<Trial, Control, Verdict> judge) {
        cases.add(possible(allowed(TlsCases.draft(protocol, id, rule)), certificate)
                .script(TlsCases.presenting(certificate))
                .judge(judge));
    }

    /** Where TLS is not required, the certificate need not be verified (RFC 7435 section 3). */
    private static ClientCase.Draft allowed(ClientCase.Draft draft) {
        return draft.allowedWhenOpportunistic();
    }

    private static ClientCase.Draft possible(ClientCase.Draft draft, OddCertificate certificate) {
        return draft.unless(kit -> certificate.isPossibleFor(kit.pki().host())
                ? Optional.empty()
                : Optional.of(Verdict.undecided(
                        "there is no such certificate for " + kit.pki().host() + ": " + ADVICE)));
    }
}
