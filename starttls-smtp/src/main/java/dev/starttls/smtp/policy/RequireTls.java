package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeReport;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a message that requires TLS may be sent in a session, or which of the conditions for it are missing (RFC 8689 sections 2 and
 * 4.2.1).
 *
 * <pre>{@code
 * SmtpConnection session = SmtpClient.to(candidate.authenticated()).connect();
 * RequireTls answer = session.requireTls();
 * switch (answer.sending("mary@example.org")) {
 *     case WITH_REQUIRETLS -> mail("MAIL FROM:<mary@example.org> " + RequireTls.KEYWORD);
 *     case WITHOUT_REQUIRETLS -> mail("MAIL FROM:<>");
 *     case NOT_HERE -> quit();     // and the next host; after the last, bounce with RequireTls.status(answers)
 * }
 * }</pre>
 *
 * <p>Of notifications about a message that required TLS: they require it too, they do not return the body (as though RET=HDRS had been
 * given, whatever was), and they are sent although a host does not offer REQUIRETLS (RFC 8689 section 5; {@link #sending}).
 *
 * @param missing the conditions that are not met; empty if the message may be sent with REQUIRETLS
 */
public record RequireTls(Set<Condition> missing) {

    /** The keyword in the reply to EHLO, and the parameter of MAIL, which has no value (RFC 8689 section 2). */
    public static final String KEYWORD = "REQUIRETLS";

    /** What is required of a session (RFC 8689 section 2). */
    public enum Condition {
        /** The session is inside TLS. */
        TLS,
        /** The name of the host, if it comes from an MX record, was validated by DNSSEC or by an MTA-STS policy. */
        MX_NAME,
        /** The host's certificate was verified, by PKIX or by DANE. */
        CERTIFICATE,
        /** The reply to EHLO inside TLS offers REQUIRETLS. */
        OFFER
    }

    /** How the name of the host was validated. */
    public enum MxName {
        /** The MX record is signed, and its signature was verified. */
        DNSSEC,
        /** It matches a valid MTA-STS policy of the domain, in whatever mode. */
        MTA_STS,
        /** It does not come from an MX record: the host was configured, or the domain has no MX record. */
        NOT_FROM_MX,
        /** In no way. */
        NOT_VALIDATED
    }

    /** How the host's certificate was verified: what the settings say that the connection was made with. */
    public enum Certificate {
        /** By its chain and the host's name (RFC 9525). */
        PKIX,
        /** By TLSA records (RFC 7672). */
        DANE,
        /** In no way. */
        NOT_VERIFIED
    }

    /** How a message that requires TLS is sent in a session. */
    public enum Sending {
        /** With the parameter REQUIRETLS. */
        WITH_REQUIRETLS,
        /** A notification: without the parameter, since the host does not know it (RFC 8689 section 5). */
        WITHOUT_REQUIRETLS,
        /** Not at all: say QUIT, and try the domain's next host (RFC 8689 section 4.2.1). */
        NOT_HERE
    }

    /** What the notification says of a message that could be sent to no host (RFC 8689 sections 4.2.1 and 8.1). */
    public enum Status {
        /** No session inside TLS, with a certificate that was verified, was possible with any host. */
        ENCRYPTION_NEEDED("5.7.10", "Encryption needed"),
        /** No host supports REQUIRETLS, or none that could be trusted to be the domain's. */
        REQUIRETLS_NEEDED("5.7.30", "REQUIRETLS support required");

        private final String code;
        private final String text;

        Status(String code, String text) {
            this.code = code;
            this.text = text;
        }

        /**
         * The enhanced status code (RFC 3463).
         *
         * @return for instance {@code 5.7.30}
         */
        public String code() {
            return code;
        }

        /** As notifications have it: the code and the text. */
        @Override
        public String toString() {
            return code + " " + text;
        }
    }

    /** Keeps its own copy, in the order of the conditions. */
    public RequireTls {
        missing = Collections.unmodifiableSet(new TreeSet<>(missing));
    }

    /**
     * What a session is good for.
     *
     * @param report of it
     * @param mx how the host's name was validated
     * @param certificate how the host's certificate was verified; counts inside TLS only
     * @return what is missing
     */
    public static RequireTls of(UpgradeReport report, MxName mx, Certificate certificate) {
        EnumSet<Condition> missing = EnumSet.noneOf(Condition.class);
        if (!report.encrypted()) {
            missing.add(Condition.TLS);
        }
        if (mx == MxName.NOT_VALIDATED) {
            missing.add(Condition.MX_NAME);
        }
        if (certificate == Certificate.NOT_VERIFIED || !report.encrypted()) {
            missing.add(Condition.CERTIFICATE);
        }
        if (report.offeredInside().stream().noneMatch(line -> Ascii.firstWord(line, KEYWORD))) {
            missing.add(Condition.OFFER);
        }
        return new RequireTls(missing);
    }

    /**
     * What a connection is good for that failed: nothing.
     *
     * @param failure of it
     * @return without TLS, or with TLS and without a certificate that was verified
     */
    public static RequireTls of(UpgradeException failure) {
        return new RequireTls(
                switch (failure.reason()) {
                    case CERTIFICATE_UNTRUSTED,
                            CERTIFICATE_EXPIRED,
                            CERTIFICATE_NAME_MISMATCH,
                            CERTIFICATE_PIN_MISMATCH,
                            CERTIFICATE_REFUSED,
                            TLSA_MISMATCH -> EnumSet.of(Condition.CERTIFICATE, Condition.OFFER);
                    default -> EnumSet.of(Condition.TLS, Condition.CERTIFICATE, Condition.OFFER);
                });
    }

    /**
     * Whether nothing is missing.
     *
     * @return true if a message that requires TLS may be sent with {@link #KEYWORD}
     */
    public boolean met() {
        return missing.isEmpty();
    }

    /**
     * How a message that requires TLS is sent in this session.
     *
     * @param reversePath its sender's address without angle brackets; empty for a notification
     * @return with REQUIRETLS if nothing is missing; a notification without it, if nothing but the offer is
     */
    public Sending sending(String reversePath) {
        if (met()) {
            return Sending.WITH_REQUIRETLS;
        }
        return reversePath.isEmpty() && missing.equals(Set.of(Condition.OFFER))
                ? Sending.WITHOUT_REQUIRETLS
                : Sending.NOT_HERE;
    }

    /**
     * What the notification says once all hosts of the domain were tried.
     *
     * @param tried what each was good for
     * @return {@link Status#REQUIRETLS_NEEDED} if with one of them TLS was possible and its certificate verified
     */
    public static Status status(Collection<RequireTls> tried) {
        return tried.stream()
                        .anyMatch(host ->
                                !host.missing.contains(Condition.TLS) && !host.missing.contains(Condition.CERTIFICATE))
                ? Status.REQUIRETLS_NEEDED
                : Status.ENCRYPTION_NEEDED;
    }
}
