package javax.net.ssl;

/**
 * The methods that the class of java.base has since Java 20, for older compilers to compile {@code src/main/java20} against. It
 * is neither compiled itself nor packed.
 */
public class SSLParameters {

    /** Makes parameters. */
    public SSLParameters() {}

    /**
     * The groups set.
     *
     * @return null if none were set
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
