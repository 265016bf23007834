package dev.starttls.conformance.session;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/** What a server offers in the answer to the capability command. */
public interface Offers {
    /** The parameters of the upgrade offer, which should have none; empty if the upgrade is not offered. */
    Optional<String> upgrade();

    /** The SASL mechanisms, upper case, sorted. */
    Set<String> mechanisms();

    /** Whether the server has such a command at all; if not, nothing is known of its offers. */
    default boolean known() {
        return true;
    }

    /** Whether several commands may be sent in one segment. */
    boolean pipelining();

    /** All offers, for a detail. */
    Collection<String> description();
}
