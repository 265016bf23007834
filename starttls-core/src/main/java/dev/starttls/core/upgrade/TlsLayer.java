package dev.starttls.core.upgrade;

import dev.starttls.core.engine.TlsPump;
import dev.starttls.core.engine.TlsStatus;
import dev.starttls.core.tls.Truncation;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** The pump of a connection, from before there is one: a server may have to read the name asked for first. */
final class TlsLayer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** There until there is a pump. */
    private Optional<PumpFactory> factory;
    /** Of a client, until its ClientHello has been taken over from there. */
    private volatile Optional<ClientHelloTask> helloTask = Optional.empty();

    private ByteBuffer ahead = NOTHING;
    private volatile TlsPump pump;
    private volatile Condition condition = Condition.UNPREPARED;
    /** What was thrown when an engine was to be made. */
    private volatile Optional<Throwable> engineFailure = Optional.empty();

    /** How far it has come; never back. */
    private enum Condition {
        /** No octet of this side's has been given out, and as a client there is no ClientHello yet. */
        UNPREPARED,
        /** A client's ClientHello is there and has not left. */
        PREPARED,
        /** From the first octet of this side's on, the peer may answer in TLS. */
        SPOKEN,
        /** TLS has failed: if the engine has an alert of it, that may leave. */
        FAILED,
        /** Nothing more leaves. */
        OUTPUT_SUPPRESSED
    }

    TlsLayer(Role role, UpgradeSettings settings, Peer peer) {
        factory = Optional.of(new PumpFactory(role, settings, peer));
    }

    /**
     * Makes the engine if it can be made already: mistakes in the settings show here, before anything is proposed. What was
     * left to another thread is not awaited; if it has failed already, that shows here too.
     */
    void ready() {
        if (helloTask.isPresent()) {
            requireEngine(helloTask.get());
        } else if (factory.isPresent() && !factory.get().awaitsName()) {
            make(factory.get());
        }
    }

    /** Lets another thread make a client's engine and ClientHello: the one that runs what is returned. */
    Runnable prepareEarly() {
        ClientHelloTask hello = new ClientHelloTask(factory.orElseThrow());
        helloTask = Optional.of(hello);
        return hello;
    }

    /** Whether making the ClientHello was left to another thread, which may not have come to it yet. */
    boolean preparing() {
        return helloTask.isPresent();
    }

    /** Makes a client's ClientHello, to be sent later. */
    void prepare() throws SSLException {
        ready();
        try {
            pump.prepare();
            become(Condition.PREPARED);
        } catch (SSLException e) {
            become(Condition.FAILED);
            throw e;
        }
    }

    /** Takes over what another thread has made, or is making. */
    private void takeOver() throws SSLException {
        if (helloTask.isPresent()) {
            ClientHelloTask hello = helloTask.get();
            helloTask = Optional.empty();
            hello.run();
            requireEngine(hello);
            pump = hello.require();
            factory = Optional.empty();
            become(Condition.PREPARED);
        }
    }

    /** Whether there is a ClientHello, sent or not. */
    boolean prepared() {
        return condition != Condition.UNPREPARED;
    }

    boolean exists() {
        return pump != null;
    }

    boolean established() {
        TlsPump made = pump;
        return made != null && made.established();
    }

    /** Whether the end of the transport is a failure here unless close_notify has come before it. */
    boolean needsCloseNotify(UpgradeSettings settings) {
        return established() && settings.tls().truncation() == Truncation.REPORTED;
    }

    /** Throws if the transport has ended without close_notify. */
    void endOfInput() throws SSLException {
        pump.endOfInput();
    }

    /** Whether an octet of this side's has been given out: from the first on, the peer may answer in TLS. */
    boolean spoken() {
        return condition.compareTo(Condition.SPOKEN) >= 0;
    }

    TlsStatus receive(ByteBuffer network, ByteBuffer application) throws SSLException {
        if (helloTask.isPresent()) {
            // Nothing was sent that could be answered; and another thread may be using the pump.
            return helloDue() ? TlsStatus.NEED_TASK : TlsStatus.NEED_WRITE;
        }
        if (pump == null) {
            PumpFactory making = factory.orElseThrow();
            if (!making.read(network)) {
                return TlsStatus.NEED_READ;
            }
            ahead = making.seen();
            make(making);
        }
        try {
            // Bounded by the length of the ClientHello that was read for its name: nothing follows it here.
            while (ahead.hasRemaining()) {
                TlsStatus status = pump.receive(ahead, application);
                if (status != TlsStatus.NEED_READ && status != TlsStatus.AGAIN) {
                    return status;
                }
            }
            return pump.receive(network, application);
        } catch (SSLException e) {
            become(Condition.FAILED);
            throw e;
        }
    }

    TlsStatus send(ByteBuffer application, ByteBuffer network) throws SSLException {
        if (pump == null && helloTask.isEmpty()) {
            return TlsStatus.NEED_READ;
        }
        int from = network.position();
        try {
            takeOver();
            TlsStatus status = pump.send(application, network);
            if (status == TlsStatus.CLOSED) {
                // The engine gives out nothing more, whatever it says that it wants.
                suppressOutput();
            }
            return status;
        } catch (SSLException e) {
            become(Condition.FAILED);
            throw e;
        } finally {
            if (network.position() > from) {
                become(Condition.SPOKEN);
            }
        }
    }

    boolean wantsSend() {
        if (condition == Condition.OUTPUT_SUPPRESSED) {
            return false;
        }
        TlsPump made = pump;
        return helloTask.isPresent() || (made != null && made.wantsSend());
    }

    /** Whether something is to leave in this state that the application did not ask for: of TLS, or these lines. */
    boolean outputDue(State state, PendingOutput lines) {
        return switch (state.tls()) {
            case RECORDS -> wantsSend() || (established() && !lines.isEmpty());
            case CLIENT_HELLO -> !lines.isEmpty() || wantsSend();
            case LAST_ALERT -> wantsSend();
            case NONE -> !state.terminal() && !lines.isEmpty();
        };
    }

    /** Whether a task must run, or runs, before anything else can go on. */
    boolean taskDue() {
        TlsPump made = pump;
        return helloDue() || (made != null && made.taskDue());
    }

    private boolean helloDue() {
        Optional<ClientHelloTask> hello = helloTask;
        return hello.isPresent() && !hello.get().done();
    }

    /** Hands out the task that is due; empty while one that was handed out runs. */
    Optional<Runnable> task() {
        if (helloDue()) {
            return helloTask.get().handOut();
        }
        TlsPump made = pump;
        return made == null ? Optional.empty() : made.task();
    }

    /**
     * The session has failed already, and an alert may be owed: a second failure while it is made ends the matter.
     */
    void sendAlert(ByteBuffer network) {
        if (condition == Condition.OUTPUT_SUPPRESSED) {
            return;
        }
        boolean room = network.hasRemaining();
        int from = network.position();
        try {
            send(NOTHING, network);
            if (room && network.position() == from) {
                suppressOutput();
            }
        } catch (SSLException | RuntimeException e) {
            suppressOutput();
        }
    }

    /** There once the handshake is done. */
    TlsPump pump() {
        return pump;
    }

    ByteBuffer decrypted() {
        TlsPump made = pump;
        return made == null ? NOTHING : made.decrypted();
    }

    boolean closeNotifyReceived() {
        TlsPump made = pump;
        return made != null && made.closeNotifyReceived();
    }

    /** After the end, drops what still comes (RFC 8446 section 6.1). */
    void dropAfterEnd(UpgradeMachine machine, ByteBuffer network) {
        boolean allGivenOut = closeNotifyReceived() && !decrypted().hasRemaining();
        if (machine.leaving() || machine.state().terminal() || allGivenOut) {
            network.position(network.limit());
        }
    }

    /** Asks for close_notify; where nothing was said in TLS there is nothing to take leave of. */
    void close() {
        switch (condition) {
            case UNPREPARED, PREPARED -> discard();
            case SPOKEN, OUTPUT_SUPPRESSED -> {
                if (exists()) {
                    pump.closeOutbound();
                }
            }
            case FAILED -> {
                // A close_notify would be a clean end (RFC 8446 section 6.1).
            }
        }
    }

    /**
     * After a failure: lets an alert leave if the engine owes one. Where it was not TLS that failed, nothing leaves:
     * close_notify would be a clean end for the peer (RFC 8446 section 6).
     */
    void giveUp() {
        switch (condition) {
            case UNPREPARED, PREPARED -> discard();
            case SPOKEN -> suppressOutput();
            case FAILED, OUTPUT_SUPPRESSED -> {
                // The engine's alert leaves, or nothing.
            }
        }
    }

    /** Nothing more leaves. */
    void suppressOutput() {
        become(Condition.OUTPUT_SUPPRESSED);
    }

    /**
     * Lets go of the engine, and nothing more leaves: because nothing was said by it and there will be no handshake; or because
     * this library refuses a peer that the engine is content with. It could not be made to say that by a fatal alert, and
     * close_notify would say that all was well.
     */
    void discard() {
        release();
        pump = null;
    }

    /** Lets go of what is held and overwrites what was decrypted. */
    void release() {
        suppressOutput();
        if (helloTask.isPresent()) {
            // Another thread may still be making it; the result is dropped.
            helloTask = Optional.empty();
        }
        factory = Optional.empty();
        ahead = NOTHING;
        if (pump != null) {
            pump.release();
        }
    }

    /** The octets of memory held here: those of a ClientHello whose name is being read, and decrypted ones. */
    int held() {
        return factory.map(PumpFactory::held).orElse(0)
                + ahead.remaining()
                + decrypted().capacity();
    }

    /** A reader may find that TLS has failed while a writer finds that it is over: what is further counts. */
    private void become(Condition next) {
        if (next.compareTo(condition) > 0) {
            advance(next);
        }
    }

    private synchronized void advance(Condition next) {
        if (next.compareTo(condition) > 0) {
            condition = next;
        }
    }

    /** Whether this was thrown when an engine was to be made: the settings are at fault, or what they have makes engines. */
    boolean isEngineFailure(Throwable thrown) {
        return engineFailure.isPresent() && engineFailure.get() == thrown;
    }

    private void requireEngine(ClientHelloTask hello) {
        try {
            hello.requireEngine();
        } catch (RuntimeException | Error e) {
            engineFailure = Optional.of(e);
            throw e;
        }
    }

    private void make(PumpFactory making) {
        try {
            pump = making.pump();
        } catch (RuntimeException | Error e) {
            engineFailure = Optional.of(e);
            throw e;
        }
        factory = Optional.empty();
    }
}
