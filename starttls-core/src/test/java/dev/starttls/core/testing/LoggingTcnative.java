package dev.starttls.core.testing;

import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.tls.KeyLog;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * Engines of netty-tcnative whose secrets of TLS 1.2 are logged: they can be asked for once the handshake is done. For those of
 * TLS 1.3 BoringSSL calls back, but Netty lets nobody set the callback.
 */
public record LoggingTcnative(EngineSource engines) implements EngineSource {

    @Override
    public SSLEngine create(String peerHost, int peerPort) {
        return engines.create(peerHost, peerPort);
    }

    @Override
    public SSLEngine create(String peerHost, int peerPort, KeyLog log) {
        return new LoggedEngine((ReferenceCountedOpenSslEngine) engines.create(peerHost, peerPort), log);
    }

    /** The engine itself, but for what it says when its handshake is done. */
    private static final class LoggedEngine extends SSLEngine {

        private final ReferenceCountedOpenSslEngine engine;
        private final KeyLog log;
        private boolean logged;

        LoggedEngine(ReferenceCountedOpenSslEngine engine, KeyLog log) {
            super(engine.getPeerHost(), engine.getPeerPort());
            this.engine = engine;
            this.log = log;
        }

        private SSLEngineResult noted(SSLEngineResult result) {
            if (!logged
                    && result.getHandshakeStatus() == HandshakeStatus.FINISHED
                    && engine.getSession().getProtocol().equals("TLSv1.2")) {
                logged = true;
                HexFormat hex = HexFormat.of();
                log.line("CLIENT_RANDOM " + hex.formatHex(SSL.getClientRandom(engine.sslPointer())) + " "
                        + hex.formatHex(SSL.getMasterKey(engine.sslPointer())));
            }
            return result;
        }

        @Override
        public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to) throws SSLException {
            return noted(engine.wrap(from, offset, length, to));
        }

        @Override
        public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length) throws SSLException {
            return noted(engine.unwrap(from, to, offset, length));
        }

        @Override
        public Runnable getDelegatedTask() {
            return engine.getDelegatedTask();
        }

        @Override
        public void closeInbound() throws SSLException {
            engine.closeInbound();
        }

        @Override
        public boolean isInboundDone() {
            return engine.isInboundDone();
        }

        @Override
        public void closeOutbound() {
            engine.closeOutbound();
        }

        @Override
        public boolean isOutboundDone() {
            return engine.isOutboundDone();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return engine.getSupportedCipherSuites();
        }

        @Override
        public String[] getEnabledCipherSuites() {
            return engine.getEnabledCipherSuites();
        }

        @Override
        public void setEnabledCipherSuites(String[] suites) {
            engine.setEnabledCipherSuites(suites);
        }

        @Override
        public String[] getSupportedProtocols() {
            return engine.getSupportedProtocols();
        }

        @Override
        public String[] getEnabledProtocols() {
            return engine.getEnabledProtocols();
        }

        @Override
        public void setEnabledProtocols(String[] protocols) {
            engine.setEnabledProtocols(protocols);
        }

        @Override
        public SSLSession getSession() {
            return engine.getSession();
        }

        @Override
        public SSLSession getHandshakeSession() {
            return engine.getHandshakeSession();
        }

        @Override
        public void beginHandshake() throws SSLException {
            engine.beginHandshake();
        }

        @Override
        public HandshakeStatus getHandshakeStatus() {
            return engine.getHandshakeStatus();
        }

        @Override
        public void setUseClientMode(boolean mode) {
            engine.setUseClientMode(mode);
        }

        @Override
        public boolean getUseClientMode() {
            return engine.getUseClientMode();
        }

        @Override
        public void setNeedClientAuth(boolean need) {
            engine.setNeedClientAuth(need);
        }

        @Override
        public boolean getNeedClientAuth() {
            return engine.getNeedClientAuth();
        }

        @Override
        public void setWantClientAuth(boolean want) {
            engine.setWantClientAuth(want);
        }

        @Override
        public boolean getWantClientAuth() {
            return engine.getWantClientAuth();
        }

        @Override
        public void setEnableSessionCreation(boolean flag) {
            engine.setEnableSessionCreation(flag);
        }

        @Override
        public boolean getEnableSessionCreation() {
            return engine.getEnableSessionCreation();
        }

        @Override
        public SSLParameters getSSLParameters() {
            return engine.getSSLParameters();
        }

        @Override
        public void setSSLParameters(SSLParameters parameters) {
            engine.setSSLParameters(parameters);
        }

        @Override
        public String getApplicationProtocol() {
            return engine.getApplicationProtocol();
        }

        @Override
        public String getHandshakeApplicationProtocol() {
            return engine.getHandshakeApplicationProtocol();
        }
    }
}
