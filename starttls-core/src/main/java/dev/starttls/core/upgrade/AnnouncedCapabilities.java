package dev.starttls.core.upgrade;

import dev.starttls.core.line.Ascii;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server announced: the base of the capabilities of all protocols, with the rules by which their entries are read.
 * Immutable, as long as the subclass is.
 *
 * <p>An entry is what a server sends for one capability: a line of an SMTP or POP3 server, a word of an IMAP server. Entries
 * are kept as they were sent and split only when asked for, since most are never asked for.
 */
public abstract class AnnouncedCapabilities {

    private final List<String> announced;

    /**
     * Capabilities.
     *
     * @param announced the entries as they were sent, without codes and tags; copied
     * @throws NullPointerException if it or one of them is null
     */
    protected AnnouncedCapabilities(List<String> announced) {
        this.announced = List.copyOf(announced);
    }

    /**
     * The entries, as they were sent.
     *
     * @return in their order, without codes, tags, and dots that were put before dots
     */
    public final List<String> announced() {
        return announced;
    }

    /**
     * Whether a capability was announced.
     *
     * @param name in upper or lower case, for instance "STARTTLS"
     * @return true if it was, with or without parameters
     */
    public final boolean has(String name) {
        for (String entry : announced) {
            if (announces(entry, name)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The parameters of a capability, as they were sent. Those of one that was announced more than once come in their order.
     *
     * @param name in upper or lower case, for instance "SIZE"
     * @return empty if it has none or was not announced
     */
    public List<String> parameters(String name) {
        List<String> parameters = new ArrayList<>();
        for (String entry : announced) {
            if (announces(entry, name)) {
                parameters.addAll(parametersOf(entry));
            }
        }
        return List.copyOf(parameters);
    }

    /**
     * Whether an entry announces a capability.
     *
     * @param entry as it was sent
     * @param name in upper or lower case
     * @return true if it does
     */
    protected abstract boolean announces(String entry, String name);

    /**
     * The name with which an entry begins, by the protocol's grammar.
     *
     * @param entry as it was sent
     * @return in upper or lower case; empty if it begins with none
     */
    protected abstract String nameOf(String entry);

    /**
     * The parameters that follow the name of an entry.
     *
     * @param entry as it was sent, beginning with a name
     * @return as they were sent; empty if there are none
     */
    protected abstract List<String> parametersOf(String entry);

    /**
     * The names of the capabilities.
     *
     * @return in upper case and in their order; without entries that begin with no name
     */
    public final Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (String entry : announced) {
            String name = nameOf(entry);
            if (!name.isEmpty()) {
                names.add(Ascii.upper(name));
            }
        }
        return Collections.unmodifiableSet(names);
    }

    /** Of the same protocol, with the same entries in the same order. */
    @Override
    @SuppressWarnings("EqualsGetClass") // The same entries announce something else in another protocol.
    public boolean equals(Object other) {
        return other != null
                && other.getClass() == getClass()
                && announced.equals(((AnnouncedCapabilities) other).announced);
    }

    @Override
    public int hashCode() {
        return announced.hashCode();
    }

    /** For people: without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(announced.toString());
    }
}
