package dev.starttls.core.tls;

import javax.net.ssl.SSLParameters;

/** The named groups of {@link SSLParameters}, for Java 20 and newer; {@code src/main/java} has the class for older versions. */
final class GroupParameters {

    private GroupParameters() {}

    /** Does nothing: groups can be set. */
    static void requireSettable() {}

    /** Sets the groups, at least one. */
    static void set(SSLParameters parameters, String... names) {
        parameters.setNamedGroups(names);
    }

    /** The groups set; empty if the engine has none. */
    static String[] get(SSLParameters parameters) {
        String[] names = parameters.getNamedGroups();
        return names == null ? new String[0] : names;
    }
}
