package dev.starttls.conformance.client.server;

import dev.starttls.conformance.client.server.HandshakeEndedException.How;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** TLS by an engine of the Java runtime, record by record, so that each way in which a client ends it is told apart. */
public final class JsseTls implements ServerTls {
    private static final String PEER_ALERT = "Received fatal alert: ";

    /** An encrypted one is longer (RFC 8446 section 6). */
    private static final int PLAINTEXT_ALERT = 2;

    private final Function<RawWire, SSLContext> context;
    private final Consumer<SSLEngine> settings;

    private JsseTls(Function<RawWire, SSLContext> context, Consumer<SSLEngine> settings) {
        this.context = context;
        this.settings = settings;
    }

    /** TLS of the versions and suites that the runtime has switched on. */
    public static JsseTls of(SSLContext context) {
        return new JsseTls(wire -> context, engine -> {});
    }

    /** The same with other settings. */
    public JsseTls with(Consumer<SSLEngine> more) {
        return new JsseTls(context, settings.andThen(more));
    }

    @Override
    public SecureLink handshake(RawWire wire) throws IOException {
        SSLEngine engine = context.apply(wire).createSSLEngine();
        engine.setUseClientMode(false);
        settings.accept(engine);
        Link link = new Link(wire, engine);
        try {
            link.handshake();
        } catch (SocketTimeoutException e) {
            throw new HandshakeEndedException(How.SILENCE, "nothing came until the time was over");
        }
        return link;
    }

    private static final class Link implements SecureLink {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

        private final RawWire wire;
        private final SSLEngine engine;
        private final ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        private ByteBuffer in = NOTHING;
        private final ByteBuffer data = ByteBuffer.allocate(64 * 1024);

        Link(RawWire wire, SSLEngine engine) {
            this.wire = wire;
            this.engine = engine;
        }

        void handshake() throws IOException {
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> tasks();
                    case NEED_WRAP -> answer();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (!in.hasRemaining()) {
                            in = record().orElseThrow(() -> new HandshakeEndedException(
                                    How.CLOSED, "the client closed the connection during the handshake"));
                        }
                        if (unwrap().getStatus() == SSLEngineResult.Status.CLOSED) {
                            throw new HandshakeEndedException(How.ALERT, "close_notify");
                        }
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        return;
                    }
                }
            }
        }

        private void tasks() {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
        }

        /** The next record; empty at the end of the stream. */
        private Optional<ByteBuffer> record() throws IOException {
            try {
                TlsRecord record = wire.record();
                if (record.type() == ContentType.ALERT.code()
                        && record.content().length() == PLAINTEXT_ALERT) {
                    alerted(Alert.parse(record.content()));
                }
                return Optional.of(ByteBuffer.wrap(record.octets().array()));
            } catch (EOFException e) {
                return Optional.empty();
            } catch (MalformedException e) {
                throw new HandshakeEndedException(How.NOT_TLS, e.getMessage());
            }
        }

        /** An alert that was not encrypted, which an engine that expects ciphertext does not understand. */
        private static void alerted(Alert alert) throws HandshakeEndedException {
            if (!alert.isWarning() || alert.description() == Alert.CLOSE_NOTIFY) {
                throw new HandshakeEndedException(How.ALERT, alert.name());
            }
        }

        private SSLEngineResult unwrap() throws IOException {
            try {
                return engine.unwrap(in, data);
            } catch (SSLException e) {
                flushAlert();
                String text = String.valueOf(e.getMessage());
                int alert = text.indexOf(PEER_ALERT);
                throw alert >= 0
                        ? new HandshakeEndedException(How.ALERT, text.substring(alert + PEER_ALERT.length()))
                        : new HandshakeEndedException(How.NOT_TLS, text);
            }
        }

        /** The engine says here too that it does not accept what came, once a task has found that out. */
        private void answer() throws IOException {
            try {
                wrap(NOTHING);
            } catch (SSLException e) {
                flushAlert();
                throw new HandshakeEndedException(How.NOT_TLS, String.valueOf(e.getMessage()));
            }
        }

        private void flushAlert() throws IOException {
            try {
                while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                    wrap(NOTHING);
                }
            } catch (SSLException | SocketException e) {
                // The client is gone, or the engine has nothing to say.
                out.clear();
            }
        }

        private void wrap(ByteBuffer octets) throws IOException {
            engine.wrap(octets, out);
            out.flip();
            byte[] record = new byte[out.remaining()];
            out.get(record);
            out.clear();
            wire.write(record);
        }

        @Override
        public String description() {
            return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
        }

        @Override
        public int read(byte[] octets) throws IOException {
            while (data.position() == 0) {
                if (!in.hasRemaining()) {
                    in = record().orElseThrow(() -> new EOFException("the stream ended without close_notify"));
                }
                SSLEngineResult result = unwrap();
                tasks();
                while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                    wrap(NOTHING);
                }
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    return -1;
                }
            }
            data.flip();
            int length = Math.min(octets.length, data.remaining());
            data.get(octets, 0, length);
            data.compact();
            return length;
        }

        @Override
        public void write(byte[] octets) throws IOException {
            ByteBuffer rest = ByteBuffer.wrap(Arrays.copyOf(octets, octets.length));
            do {
                wrap(rest);
            } while (rest.hasRemaining());
        }

        @Override
        public void closeNotify() throws IOException {
            engine.closeOutbound();
            while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP) {
                wrap(NOTHING);
            }
        }
    }
}
