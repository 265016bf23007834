package dev.starttls.core.nio;

import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;

/** The failures that drivers report of their own: those of this side's code, and of a connection that was given up on this side. */
final class Failures {

    private Failures() {}

    /**
     * What code of the application threw, or what its use of this package led to. What it says is left to the cause: it may
     * hold a line of the client's, and that its password.
     */
    static UpgradeException ofLocalCode(Throwable thrown, Phase phase) {
        return caused(
                new UpgradeException(
                        FailureReason.LOCAL_ERROR,
                        phase,
                        "Expected code of this side to return, but it threw "
                                + thrown.getClass().getName()),
                thrown);
    }

    /** The same of a client's code, or of its use of this package: it says nothing of another's secrets, and is shown. */
    static UpgradeException ofClientCode(Throwable thrown, Phase phase) {
        return caused(
                new UpgradeException(
                        FailureReason.LOCAL_ERROR,
                        phase,
                        "Expected code of this side to return, but it threw " + thrown),
                thrown);
    }

    /** Says so if the channel was closed, or its thread interrupted, on this side. */
    static Optional<UpgradeException> closedHere(IOException thrown, Phase phase) {
        if (!(thrown instanceof ClosedChannelException)) {
            return Optional.empty();
        }
        String what = thrown instanceof ClosedByInterruptException
                ? "its thread was interrupted"
                : thrown instanceof AsynchronousCloseException
                        ? "another thread closed the channel"
                        : "the channel was closed on this side";
        return Optional.of(caused(rejected(phase, "Expected the upgrade to go on, but " + what), thrown));
    }

    /** Why a server does not listen, with the address, which the system's own words leave out. */
    static IOException notBound(InetSocketAddress address, Exception thrown) {
        if (thrown instanceof UnresolvedAddressException) {
            IOException unknown = new UnknownHostException("Expected an address of this machine to bind, got " + address
                    + "; check the name, and the name service of this machine");
            unknown.initCause(thrown);
            return unknown;
        }
        String what = "Expected to bind " + address + " and to listen there, got "
                + (thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage())
                + "; see whether another program listens there, whether the address is one of this machine's, and whether a"
                + " port below 1024 needs a privilege here";
        IOException why = thrown instanceof BindException ? new BindException(what) : new IOException(what);
        why.initCause(thrown);
        return why;
    }

    static UpgradeException rejected(Phase phase, String detail) {
        return new UpgradeException(FailureReason.REJECTED, phase, detail);
    }

    /** A session that was given up on this side after its upgrade. */
    static IOException sessionEnded(String detail, Optional<Throwable> cause) {
        IOException why = new IOException(detail
                + "; the session is closed, and what its last read and write have moved is not known: connect again");
        cause.ifPresent(why::initCause);
        return why;
    }

    /** Whether a connection has a channel, or a driver of the caller's, whose session goes on. */
    static boolean isBegun(UpgradeConnection connection) {
        return connection.deadline().isPresent() || connection.ready();
    }

    static void requireNotBegun(UpgradeConnection connection) {
        if (isBegun(connection)) {
            throw begun(connection.state());
        }
    }

    static IllegalStateException begun(State state) {
        return new IllegalStateException("Expected a connection that has not begun, got one in state " + state
                + "; make a new UpgradeConnection for each channel");
    }

    static UpgradeException doesNotRead(Phase phase) {
        return new UpgradeException(
                FailureReason.TIMEOUT,
                phase,
                "Expected the peer to take the last octets of the dialogue in time, but it does not read");
    }

    /** The application's read has waited for too long. */
    static SocketTimeoutException readTimedOut(long nanos) {
        return new SocketTimeoutException("Expected octets of the peer within " + millis(nanos)
                + " ms, got none that can be given out; nothing is lost: read again to wait on, or close the channel");
    }

    /** The application's write has waited for too long. */
    static SocketTimeoutException writeTimedOut(long nanos) {
        return new SocketTimeoutException("Expected the peer to take a buffer's octets within " + millis(nanos)
                + " ms, but it does not read; the rest is kept: flush to wait on, or close the channel");
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }

    static UpgradeException caused(UpgradeException why, Throwable cause) {
        why.initCause(cause);
        return why;
    }
}
