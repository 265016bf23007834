package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.AnnouncedCapabilities;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server announced, in a CAPABILITY response or in a response code (RFC 9051 sections 7.2.2 and 7.1). Immutable.
 *
 * <pre>{@code
 * if (!capabilities.loginDisabled() && capabilities.parameters("AUTH").contains("PLAIN")) {
 *     boolean oneRoundTripLess = capabilities.has("SASL-IR");
 * }
 * }</pre>
 */
public final class ImapCapabilities extends AnnouncedCapabilities {

    private static final ImapCapabilities NONE = new ImapCapabilities(List.of());

    private ImapCapabilities(List<String> announced) {
        super(announced);
    }

    /**
     * Nothing announced.
     *
     * @return the empty capabilities
     */
    public static ImapCapabilities none() {
        return NONE;
    }

    /**
     * What a list of capabilities announces.
     *
     * @param list with a space between each two, as after "* CAPABILITY "
     * @return the capabilities
     */
    public static ImapCapabilities parse(String list) {
        List<String> words = new ArrayList<>();
        int from = 0;
        while (from < list.length()) {
            int space = list.indexOf(' ', from);
            int end = space < 0 ? list.length() : space;
            if (end > from) {
                words.add(list.substring(from, end));
            }
            from = end + 1;
        }
        return new ImapCapabilities(words);
    }

    /**
     * What follows the "=" of a capability that is announced once for each value.
     *
     * @param name in upper or lower case, for instance "AUTH" for the SASL mechanisms
     * @return in upper case and in their order; empty if there are none
     */
    @Override
    public List<String> parameters(String name) {
        String prefix = name + "=";
        Set<String> found = new LinkedHashSet<>();
        for (String capability : announced()) {
            if (Ascii.at(capability, 0, prefix)) {
                found.add(Ascii.upper(capability.substring(prefix.length())));
            }
        }
        return List.copyOf(found);
    }

    /**
     * Whether the server refuses LOGIN here (RFC 9051 section 6.2.3): a client must not send it.
     *
     * @return true if LOGINDISABLED was announced
     */
    public boolean loginDisabled() {
        return has("LOGINDISABLED");
    }

    @Override
    protected boolean announces(String capability, String name) {
        return capability.length() == name.length() && Ascii.at(capability, 0, name);
    }

    @Override
    protected String nameOf(String capability) {
        return capability;
    }

    @Override
    protected List<String> parametersOf(String capability) {
        return List.of();
    }

    /** For people: as they are sent, but without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(String.join(" ", announced()));
    }
}
