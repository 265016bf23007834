package dev.starttls.core.engine;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.mockito.Answers;
import org.mockito.invocation.InvocationOnMock;

/** An engine without cryptography that returns what a script has, however odd, and counts its calls. */
final class FakeEngine extends SSLEngine {

    /**
     * What one call does; the last result of a script is repeated for ever.
     *
     * @param status the status that it returns
     * @param result the handshake status that it returns
     * @param after the handshake status that the engine has afterwards
     * @param consumed octets that it takes, if they are there
     * @param produced octets that it gives out, if they fit
     */
    record ScriptedResult(Status status, HandshakeStatus result, HandshakeStatus after, int consumed, int produced) {}

    static final int MANY = 2_000;

    /** Tests make a hundred thousand of these engines: its calls are not recorded, and stubbed for all engines at once. */
    final SSLSession session = mock(SSLSession.class, withSettings().stubOnly().defaultAnswer(FakeEngine::standard));

    HandshakeStatus status = HandshakeStatus.NOT_HANDSHAKING;
    Supplier<Runnable> task = () -> null;
    List<ScriptedResult> wraps = List.of();
    List<ScriptedResult> unwraps = List.of();
    boolean inboundDone;
    boolean outboundDone;
    boolean client = true;
    int calls;
    /** Calls of getters, which take the lock of a real engine. */
    int questions;

    /** What another thread does when the next call has its result but has not returned. */
    Runnable meanwhile = () -> {};

    int closed;
    private int wrapped;
    private int unwrapped;

    private static Object standard(InvocationOnMock call) throws Throwable {
        return switch (call.getMethod().getName()) {
            case "getApplicationBufferSize" -> 64;
            case "getPacketBufferSize" -> 96;
            case "getProtocol" -> "TLSv1.3";
            case "getCipherSuite" -> "FAKE";
            default -> Answers.RETURNS_DEFAULTS.answer(call);
        };
    }

    /** Completes the handshake at the first wrap, then follows the script. */
    TlsPump established() throws SSLException {
        List<ScriptedResult> script = wraps;
        wraps = List.of(new ScriptedResult(Status.OK, HandshakeStatus.FINISHED, HandshakeStatus.NOT_HANDSHAKING, 0, 1));
        HandshakeStatus later = status;
        status = HandshakeStatus.NEED_WRAP;
        TlsPump pump = new TlsPump(this);
        pump.send(ByteBuffer.allocate(0), ByteBuffer.allocate(200));
        if (!pump.established()) {
            throw new AssertionError("the script's first turn is a handshake");
        }
        wraps = script;
        wrapped = 0;
        status = later;
        calls = 0;
        return pump;
    }

    /** Begins the scripts anew. */
    void rewind() {
        wrapped = 0;
        unwrapped = 0;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target) {
        return turn(wraps.get(Math.min(wrapped++, wraps.size() - 1)), sources[offset], target);
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length) {
        return turn(unwraps.get(Math.min(unwrapped++, unwraps.size() - 1)), source, targets[offset]);
    }

    private SSLEngineResult turn(ScriptedResult turn, ByteBuffer source, ByteBuffer target) {
        count();
        int consumed = Math.min(turn.consumed(), source.remaining());
        int produced = Math.min(turn.produced(), target.remaining());
        source.position(source.position() + consumed);
        target.put(new byte[produced]);
        status = turn.after();
        Runnable other = meanwhile;
        meanwhile = () -> {};
        other.run();
        return new SSLEngineResult(turn.status(), turn.result(), consumed, produced);
    }

    private void count() {
        if (++calls > MANY) {
            throw new AssertionError("The engine was asked " + calls + " times: an endless loop");
        }
    }

    @Override
    public Runnable getDelegatedTask() {
        count();
        return task.get();
    }

    @Override
    public void closeInbound() {
        inboundDone = true;
    }

    @Override
    public boolean isInboundDone() {
        questions++;
        return inboundDone;
    }

    @Override
    public void closeOutbound() {
        closed++;
    }

    @Override
    public boolean isOutboundDone() {
        questions++;
        return outboundDone;
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return new String[0];
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return new String[0];
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {}

    @Override
    public String[] getSupportedProtocols() {
        return new String[0];
    }

    @Override
    public String[] getEnabledProtocols() {
        return new String[0];
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {}

    @Override
    public SSLSession getSession() {
        questions++;
        return session;
    }

    @Override
    public void beginHandshake() {}

    @Override
    public HandshakeStatus getHandshakeStatus() {
        questions++;
        return status;
    }

    @Override
    public void setUseClientMode(boolean mode) {
        client = mode;
    }

    @Override
    public boolean getUseClientMode() {
        questions++;
        return client;
    }

    @Override
    public void setNeedClientAuth(boolean need) {}

    @Override
    public boolean getNeedClientAuth() {
        return false;
    }

    @Override
    public void setWantClientAuth(boolean want) {}

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    @Override
    public void setEnableSessionCreation(boolean flag) {}

    @Override
    public boolean getEnableSessionCreation() {
        return true;
    }
}
