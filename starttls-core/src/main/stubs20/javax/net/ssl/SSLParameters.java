package javax.net.ssl;

/**
 * What the class of java.base has from Java 20 on, for compilers of older ones to compile {@code src/main/java20} against. It
 * is not compiled itself and not packed.
 */
public class SSLParameters {

    /** Makes parameters. */
    public SSLParameters() {}

    /**
     * The groups set.
     *
     * @return null if there are none
     */
    public String[] getNamedGroups() {
        throw new UnsupportedOperationException();
    }

    /**
     * Sets the groups.
     *
     * @param names null for the engine's own
     */
    public void setNamedGroups(String[] names) {
        throw new UnsupportedOperationException();
    }
}
