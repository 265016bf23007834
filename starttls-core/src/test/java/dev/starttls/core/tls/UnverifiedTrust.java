package dev.starttls.core.tls;

import javax.net.ssl.TrustManager;

/** The trust manager of clients that verify nothing, for tests outside this package. */
public final class UnverifiedTrust {

    private UnverifiedTrust() {}

    public static TrustManager anyone() {
        return new UnverifiedContext.Anyone();
    }
}
