package javax.net.ssl;

/**
 * The method that the class of java.base has since Java 25, for older compilers to compile {@code src/main/java25} against. It
 * is neither compiled itself nor packed.
 */
public abstract class ExtendedSSLSession implements SSLSession {

    /** Makes a session. */
    public ExtendedSSLSession() {}

    /**
     * Exports keying material.
     *
     * @param label says what for
     * @param context of the application
     * @param length of the result, in octets
     * @return so many octets
     * @throws SSLKeyException if it cannot be made
     */
    public byte[] exportKeyingMaterialData(String label, byte[] context, int length) throws SSLKeyException {
        throw new UnsupportedOperationException();
    }
}
