package dev.starttls.conformance.client;

import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A client of one protocol that does what it should, but for its faults. It upgrades, or starts with TLS. */
abstract class TestClient implements ClientUnderTest {
    private final Set<ClientFault> faults;
    private final boolean implicit;
    /** The capabilities that were offered in plaintext. */
    private List<String> outside = List.of();

    TestClient(Set<ClientFault> faults, boolean implicit) {
        this.faults = Set.copyOf(faults);
        this.implicit = implicit;
    }

    final boolean has(ClientFault fault) {
        return faults.contains(fault);
    }

    @Override
    public final Ending run(Attempt attempt) {
        try {
            try {
                connect(attempt);
            } catch (HandshakeFailedException e) {
                if (has(ClientFault.TRIES_THE_SECOND_PORT)) {
                    plain(attempt, attempt.secondPort());
                } else if (has(ClientFault.GOES_ON_AFTER_FAILED_HANDSHAKE)) {
                    plain(attempt, attempt.port());
                } else {
                    throw e;
                }
            } catch (IOException e) {
                if (!has(ClientFault.STARTS_OVER_IN_PLAINTEXT)) {
                    throw e;
                }
                plain(attempt, attempt.port());
            }
            return new Ending(Ending.Kind.SUCCESS, "done", printed());
        } catch (SocketTimeoutException e) {
            return Ending.of(Ending.Kind.TIMED_OUT, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            try {
                refused(e, attempt);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            return new Ending(
                    has(ClientFault.ALWAYS_REPORTS_SUCCESS) ? Ending.Kind.SUCCESS : failure(e),
                    String.valueOf(e.getMessage()),
                    printed());
        }
    }

    private void connect(Attempt attempt) throws IOException {
        try (ClientWire wire = new ClientWire(attempt, faults)) {
            try {
                begin(wire);
                session(wire, attempt);
            } catch (EOFException e) {
                if (!wire.secure() || !has(ClientFault.TAKES_TRUNCATION_FOR_THE_END)) {
                    throw e;
                }
            }
        }
    }

    private void plain(Attempt attempt, int port) throws IOException {
        try (ClientWire plain = new ClientWire(attempt, port, faults)) {
            greeted(plain);
            session(plain, attempt);
        }
    }

    private void begin(ClientWire wire) throws IOException {
        boolean upgrades = !has(ClientFault.NEVER_UPGRADES);
        if (implicit && upgrades) {
            startTls(wire);
        }
        if (has(ClientFault.SENDS_BEFORE_GREETING)) {
            wire.send("NOOP");
        }
        greeted(wire);
        if (!implicit && upgrades) {
            upgrade(wire);
        }
        if (wire.secure() && has(ClientFault.UPGRADES_INSIDE_TLS) && offered(wire) && agreed(wire)) {
            throw new IOException("the server agreed to TLS inside TLS");
        }
    }

    /** Asks for the capabilities and upgrades, as the protocol has it. */
    private void upgrade(ClientWire wire) throws IOException {
        if (!offered(wire)) {
            if (!has(ClientFault.GOES_ON_WITHOUT_OFFER)) {
                throw new IOException("the upgrade is not offered");
            }
            return;
        }
        if (!agreed(wire)) {
            if (!goesOnAfterRefusal()) {
                throw new IOException("the upgrade was refused");
            }
            return;
        }
        startTls(wire);
    }

    private static void startTls(ClientWire wire) throws IOException {
        try {
            wire.startTls();
        } catch (IOException e) {
            throw new HandshakeFailedException(e);
        }
    }

    /** The capabilities that were offered in plaintext. */
    final void offeredOutside(List<String> lines) {
        outside = List.copyOf(lines);
    }

    final List<String> outside() {
        return outside;
    }

    /** The capabilities that it goes by, of those that are offered inside TLS. */
    final List<String> known(List<String> inside) {
        List<String> known = new ArrayList<>(inside);
        if (has(ClientFault.KEEPS_CAPABILITIES_FROM_PLAINTEXT)) {
            known.addAll(outside);
        }
        return known;
    }

    /** Whether it goes on in plaintext when the upgrade is refused. */
    boolean goesOnAfterRefusal() {
        return has(ClientFault.GOES_ON_AFTER_REFUSAL);
    }

    /** What it printed. */
    String printed() {
        return "";
    }

    /** What an exception stands for, or one that is its cause: TLS wraps those that are thrown below it. */
    private static Ending.Kind failure(Throwable e) {
        if (e instanceof CrashedException) {
            return Ending.Kind.CRASHED;
        }
        if (e instanceof HungException) {
            return Ending.Kind.TIMED_OUT;
        }
        return e.getCause() == null ? Ending.Kind.FAILURE : failure(e.getCause());
    }

    /** What it throws at an answer that is longer than it takes. */
    final IOException tooLong(String words) {
        return has(ClientFault.CRASHES_ON_LONG_ANSWERS) ? new CrashedException() : new IOException(words);
    }

    /** The session failed with this. */
    void refused(IOException e, Attempt attempt) throws IOException {}

    /** Reads the greeting, and refuses a bad one. */
    abstract void greeted(ClientWire wire) throws IOException;

    /** Asks in plaintext whether the upgrade is offered. */
    abstract boolean offered(ClientWire wire) throws IOException;

    /** Sends the upgrade command; whether the go-ahead came. */
    abstract boolean agreed(ClientWire wire) throws IOException;

    /** Asks for the capabilities, logs in, and sends or fetches a message. */
    abstract void session(ClientWire wire, Attempt attempt) throws IOException;

    /** Stands for a fault in the client's code. */
    static final class CrashedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Stands for a client that waits until it is ended. */
    static final class HungException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class HandshakeFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        HandshakeFailedException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
