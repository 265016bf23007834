package dev.starttls.core.keys;

import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * A context that makes engines by another one, which can be replaced. Each engine belongs to one context: keys, trusted
 * authorities, sessions and ticket keys are never mixed with those of the next.
 */
final class ReloadableContext extends SSLContext {

    private final Current current;

    ReloadableContext(SSLContext first) {
        this(new Current(first));
    }

    private ReloadableContext(Current current) {
        super(current, current.context.getProvider(), current.context.getProtocol());
        this.current = current;
    }

    void replace(SSLContext next) {
        current.context = next;
    }

    private static final class Current extends SSLContextSpi {

        private volatile SSLContext context;

        Current(SSLContext first) {
            context = first;
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
            throw new IllegalStateException(
                    "Expected the context of ReloadingKeys to be used as it is, got a call of init; create another context");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return context.getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return context.getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return context.createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return context.createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return context.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return context.getClientSessionContext();
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return context.getDefaultSSLParameters();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return context.getSupportedSSLParameters();
        }
    }
}
