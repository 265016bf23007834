package dev.starttls.conformance.dns;

import java.util.Optional;

/**
 * Who validates signatures (RFC 4035 section 4.9.3).
 *
 * @param description for people, as a clause
 * @param missing why nothing can be called secure; empty if something can
 */
public record Validation(String description, Optional<String> missing) {
    /** By someone who is believed. */
    static Validation by(String who) {
        return new Validation(who, Optional.empty());
    }

    /** By nobody, for this reason. */
    static Validation none(String why) {
        return new Validation("not validated: " + why, Optional.of(why));
    }
}
