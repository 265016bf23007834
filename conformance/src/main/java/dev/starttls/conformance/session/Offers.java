package dev.starttls.conformance.session;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a server offers in the answer to the capability command. */
public interface Offers {
    /** The parameters of the upgrade offer, which should have none; empty if the upgrade is not offered. */
    Optional<String> upgrade();

    /** The SASL mechanisms, upper case, sorted. */
    Set<String> mechanisms();

    /** The SASL mechanisms of a list with spaces between them. */
    static Set<String> mechanisms(String list) {
        Set<String> mechanisms =
                new TreeSet<>(Arrays.asList(list.toUpperCase(Locale.ROOT).split(" +", -1)));
        mechanisms.remove("");
        return mechanisms;
    }

    /** Whether the server has such a command at all; if not, nothing is known of its offers. */
    default boolean known() {
        return true;
    }

    /** Whether several commands may be sent in one segment. */
    boolean pipelining();

    /** All offers, for a detail. */
    Collection<String> description();
}
