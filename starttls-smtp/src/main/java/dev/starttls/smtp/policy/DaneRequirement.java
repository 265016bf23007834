package dev.starttls.smtp.policy;

import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.tls.Verification;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.util.List;

/**
 * What DANE asks of a connection to one mail server (RFC 7672 section 2.2).
 *
 * <pre>{@code
 * DaneRequirement requirement = TlsaLookup.with(resolver).forMx("example.org", mx, "mx.example.org", 25);
 * if (requirement instanceof DaneRequirement.AuthenticationRequired required) {
 *     client.policy(TlsPolicy.REQUIRED).tls(required.applyTo(TlsSettings.builder()).build());
 * }
 * }</pre>
 */
public sealed interface DaneRequirement {

    /** Why DANE asks nothing. */
    enum Absence {
        /** The MX records are not signed, or the answer that there are none is not (RFC 7672 section 2.2.1). */
        INSECURE_MX,
        /** The addresses are not signed: there would be no TLSA records, and they are not asked for (RFC 7672 section 2.2.2). */
        INSECURE_ADDRESS,
        /** There are TLSA records, and they are not signed. */
        INSECURE_RECORDS,
        /** There are no TLSA records. */
        NO_RECORDS,
        /** The server has no name, but an address alone. */
        NO_NAME
    }

    /**
     * DANE asks nothing: other policies decide.
     *
     * @param absence why
     * @param detail for people
     */
    record NotApplicable(Absence absence, String detail) implements DaneRequirement {}

    /**
     * There are TLSA records, and none of them is usable: TLS is required and nothing can be verified (RFC 7672 section 2.2).
     * In a TLS report that is {@code tlsa-invalid} (RFC 8460 section 4.3.2.1), while the message is delivered.
     *
     * @param baseDomain whose records they are
     * @param records without usable ones
     */
    record EncryptionRequired(String baseDomain, TlsaRecords records) implements DaneRequirement {

        /**
         * Sets what a connection under {@code TlsPolicy.REQUIRED} needs besides: no verification, and the name for SNI.
         *
         * @param settings without a verification or rule of their own
         * @return the same object
         */
        public TlsSettings.Builder applyTo(TlsSettings.Builder settings) {
            return indicate(baseDomain, settings).verification(Verification.NONE);
        }
    }

    /**
     * There are usable TLSA records: TLS is required, and one of them must match.
     *
     * @param baseDomain whose records they are, the name for SNI (RFC 7672 section 8.1)
     * @param names that the certificate may have where a record of usage 2 matches: the base domain, and for a server of
     *     an MX record the domain of the message, before and after aliases (RFC 7672 section 3.2.2)
     * @param records with at least one that is usable
     */
    record AuthenticationRequired(String baseDomain, List<String> names, TlsaRecords records)
            implements DaneRequirement {

        /** Keeps its own copy. */
        public AuthenticationRequired {
            names = List.copyOf(names);
        }

        /**
         * Sets what a connection under {@code TlsPolicy.REQUIRED} needs besides: the rule that judges the server's certificates,
         * and the name for SNI.
         *
         * @param settings without a verification or rule of their own, and without a context, whose trust manager would be
         *     asked too
         * @return the same object
         */
        public TlsSettings.Builder applyTo(TlsSettings.Builder settings) {
            return indicate(baseDomain, settings).serverVerifier(DaneVerifier.of(names, records));
        }
    }

    /**
     * The server must not be used now; the message waits, or goes to the next server (RFC 7672 section 2.1.2).
     *
     * @param reason mostly {@link FailureReason#DNSSEC_INVALID}
     * @param detail what was expected, and what came
     */
    record HostUnusable(FailureReason reason, String detail) implements DaneRequirement {

        /**
         * The failure of the connection that is not made, to be reported like those of connections.
         *
         * @return a new exception in phase CONNECT
         */
        public UpgradeException failure() {
            return new UpgradeException(reason, Phase.CONNECT, detail);
        }
    }

    /**
     * The same where DANE is required of the server, by the sender's own choice: what is less than authentication makes the host
     * unusable (RFC 7672 section 6).
     *
     * @return this if a record must match, or the host is unusable already
     */
    default DaneRequirement mandatory() {
        if (this instanceof NotApplicable none) {
            return new HostUnusable(FailureReason.DANE_REQUIRED, none.detail());
        }
        if (this instanceof EncryptionRequired unusable) {
            return new HostUnusable(
                    FailureReason.TLSA_MISMATCH,
                    "Expected usable TLSA records of " + unusable.baseDomain() + ", got none: "
                            + unusable.records().ignored().get(0).why());
        }
        return this;
    }

    private static TlsSettings.Builder indicate(String name, TlsSettings.Builder settings) {
        // A name with an underscore is a name of the DNS, and not one for SNI.
        return ServerIdentity.of(name).indication().isPresent() ? settings.sni(name) : settings.withoutSni();
    }
}
