package dev.starttls.core.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * A peer's TLS, as plain as it can be: an engine, an array of what came in and one of what goes out. Shares no code with
 * what is tested.
 */
public final class BareTls {

    private static final int ROOM = 40_000;

    private final SSLEngine engine;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private byte[] pending = {};
    private boolean established;
    private boolean ended;

    private BareTls(SSLEngine engine) {
        this.engine = engine;
    }

    /** A server with the context's key; no versions for those of the JDK. */
    public static BareTls server(SSLContext context, String... versions) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        return with(engine, versions);
    }

    /** A client that looks at no name; no versions for those of the JDK. */
    public static BareTls client(SSLContext context, String... versions) {
        SSLEngine engine = context.createSSLEngine("localhost", 1);
        engine.setUseClientMode(true);
        return with(engine, versions);
    }

    /** One side by an engine whose mode is set. */
    public static BareTls over(SSLEngine engine) {
        return new BareTls(engine);
    }

    private static BareTls with(SSLEngine engine, String... versions) {
        if (versions.length > 0) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(versions);
            engine.setSSLParameters(parameters);
        }
        return new BareTls(engine);
    }

    /** The engine, for what this class has no words for. */
    public SSLEngine engine() {
        return engine;
    }

    /** Begins; as a client, the ClientHello is then there to be taken. */
    public BareTls begin() throws SSLException {
        engine.beginHandshake();
        turn();
        return this;
    }

    /** Takes octets of the network. */
    public BareTls feed(byte[] network) throws SSLException {
        byte[] all = new byte[pending.length + network.length];
        System.arraycopy(pending, 0, all, 0, pending.length);
        System.arraycopy(network, 0, all, pending.length, network.length);
        pending = all;
        try {
            turn();
        } catch (SSLException e) {
            alert();
            throw e;
        }
        return this;
    }

    /** Gives out the octets for the network. */
    public byte[] take() {
        byte[] octets = sent.toByteArray();
        sent.reset();
        return octets;
    }

    /** Encrypts words. */
    public BareTls say(String words) throws SSLException {
        ByteBuffer source = ByteBuffer.wrap(words.getBytes(StandardCharsets.ISO_8859_1));
        while (source.hasRemaining()) {
            int before = source.remaining();
            wrap(source);
            if (source.remaining() == before) {
                throw new IllegalStateException("Expected the engine to encrypt, got none of it encrypted: "
                        + engine.getHandshakeStatus() + "; feed it the peer's last flight first");
            }
        }
        return this;
    }

    /** Makes close_notify. */
    public BareTls close() throws SSLException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            wrap(ByteBuffer.allocate(0));
        }
        return this;
    }

    /** All that was decrypted since the last time it was asked for. */
    public String heard() {
        String words = heard.toString(StandardCharsets.ISO_8859_1);
        heard.reset();
        return words;
    }

    /** Whether the handshake is done. */
    public boolean established() {
        return established;
    }

    /** Whether close_notify came. */
    public boolean ended() {
        return ended;
    }

    private void turn() throws SSLException {
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (status == HandshakeStatus.NEED_WRAP) {
                wrap(ByteBuffer.allocate(0));
            } else if (!unwrap()) {
                return;
            }
        }
    }

    private boolean unwrap() throws SSLException {
        if (pending.length == 0 || ended) {
            return false;
        }
        ByteBuffer source = ByteBuffer.wrap(pending);
        ByteBuffer target = ByteBuffer.allocate(ROOM);
        SSLEngineResult result = engine.unwrap(source, target);
        note(result);
        heard.write(target.array(), 0, target.position());
        pending = Arrays.copyOfRange(pending, source.position(), pending.length);
        if (result.getStatus() == Status.CLOSED) {
            ended = true;
            return false;
        }
        return result.getStatus() == Status.OK;
    }

    private void wrap(ByteBuffer source) throws SSLException {
        ByteBuffer target = ByteBuffer.allocate(ROOM);
        note(engine.wrap(source, target));
        sent.write(target.array(), 0, target.position());
    }

    private void alert() {
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                wrap(ByteBuffer.allocate(0));
            }
        } catch (SSLException e) {
            ended = true;
        }
    }

    private void note(SSLEngineResult result) {
        established |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
    }
}
