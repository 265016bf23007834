package dev.starttls.smtp.policy;

import java.util.Objects;
import java.util.Optional;

/** Whether a domain has an MTA-STS policy that counts now. */
public sealed interface StsResult {

    /** How much is known of whether the policy is the domain's newest. */
    enum Freshness {
        /** It was fetched just now. */
        FETCHED,
        /** The record, asked for just now, has its id. */
        CONFIRMED,
        /** There is an answer, and no record that counts: the policy holds until it expires (RFC 8461 section 3.1). */
        WITHOUT_RECORD,
        /** The record was asked for within the last minute, and not again. */
        RECENT,
        /** The record cannot be asked for: the look-up failed. */
        UNKNOWN,
        /** There is a newer one, which could not be fetched. */
        OUTDATED;

        /**
         * Whether the record was asked for and leaves nothing open, so that a message may be given up for good because of the policy (RFC
         * 8461 section 5.1, step 3).
         *
         * @return false if there may be a newer policy
         */
        public boolean current() {
            return this == FETCHED || this == CONFIRMED || this == WITHOUT_RECORD;
        }
    }

    /**
     * A policy could not be had, as a TLS report has it (RFC 8460 section 4.3.2.2).
     *
     * @param resultType {@code sts-policy-fetch-error}, {@code sts-policy-invalid} or {@code sts-webpki-invalid}
     * @param detail what was expected and what came
     */
    record Failure(String resultType, String detail) {

        /** There must be both. */
        public Failure {
            Objects.requireNonNull(resultType, "resultType: expected that of RFC 8460, got null");
            Objects.requireNonNull(detail, "detail: expected a text, got null");
        }
    }

    /**
     * There is a policy, perhaps one in mode none.
     *
     * @param kept the policy
     * @param freshness of it
     * @param failure why a newer one could not be fetched
     */
    record Applies(StoredPolicy kept, Freshness freshness, Optional<Failure> failure) implements StsResult {}

    /**
     * There is none: mail is delivered as though the domain knew no MTA-STS (RFC 8461 section 3.3).
     *
     * @param why for people
     * @param failure if there is a record, and the policy could not be fetched
     */
    record NoPolicy(String why, Optional<Failure> failure) implements StsResult {}

    /**
     * What went wrong.
     *
     * @return empty if nothing did
     */
    Optional<Failure> failure();

    /**
     * The policy, unless its mode is none, which counts as no policy (RFC 8461 section 5).
     *
     * @return empty if mail is delivered as though there were none
     */
    default Optional<StsPolicy> policy() {
        return this instanceof Applies applies && applies.kept().policy().mode() != StsPolicy.Mode.NONE
                ? Optional.of(applies.kept().policy())
                : Optional.empty();
    }
}
