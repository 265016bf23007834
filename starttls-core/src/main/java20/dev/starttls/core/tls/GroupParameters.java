package dev.starttls.core.tls;

import javax.net.ssl.SSLParameters;

/** The named groups of {@link SSLParameters}, which are there from Java 20 on; see the class for older ones. */
final class GroupParameters {

    private GroupParameters() {}

    /** Does nothing: groups can be set. */
    static void requireSettable() {}

    /** Sets the groups, of which there is at least one. */
    static void set(SSLParameters parameters, String... names) {
        parameters.setNamedGroups(names);
    }

    /** The groups set; none where an engine has none. */
    static String[] get(SSLParameters parameters) {
        String[] names = parameters.getNamedGroups();
        return names == null ? new String[0] : names;
    }
}
