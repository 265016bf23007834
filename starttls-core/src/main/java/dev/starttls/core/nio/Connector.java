package dev.starttls.core.nio;

import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Makes TCP connections: looks a name up and connects to the first of its addresses that answers, all within one time. */
final class Connector {

    private Connector() {}

    /** The time for a connection as a whole, the addresses tried so far, and what became of them. */
    static final class Attempts {

        private final StringBuilder tried = new StringBuilder();
        private final ClientTimes times;
        private final long began;
        private final long deadline;
        /** What the deadline comes from. */
        private final Duration timeout;
        /** How that is set. */
        private final String setting;

        private final Optional<SecondConnection<?>> second;
        private final Function<UpgradeConnection, Optional<Prelude>> proxy;
        private final Addresses addresses;
        private final Opening opening;
        private Optional<Throwable> last = Optional.empty();
        /** What code of the application has thrown, or a channel of its that is none. */
        private Optional<RuntimeException> fault = Optional.empty();

        /**
         * None yet.
         *
         * @param began when the caller began, in nanoseconds of {@link System#nanoTime}: looking up the name is part of it
         */
        Attempts(Duration timeout, long began) {
            this(ClientTimes.DEFAULT.withConnect(timeout), began);
        }

        Attempts(ClientTimes times, long began) {
            this(
                    times,
                    began,
                    began,
                    Optional.empty(),
                    connection -> Optional.empty(),
                    peer -> Connector.resolve(peer, InetAddress::getAllByName),
                    Plain.CHANNELS);
        }

        private Attempts(
                ClientTimes times,
                long began,
                long since,
                Optional<SecondConnection<?>> second,
                Function<UpgradeConnection, Optional<Prelude>> proxy,
                Addresses addresses,
                Opening opening) {
            this.proxy = proxy;
            this.addresses = addresses;
            this.opening = opening;
            this.times = times;
            this.began = began;
            this.second = second;
            Duration timeout = TimeLimit.bounded(times.connect());
            long ofConnect = since + timeout.toNanos();
            long ofAll = began + times.total().orElse(UpgradeLimits.MAX_TIME).toNanos();
            boolean all = times.total().isPresent() && ofAll - ofConnect < 0;
            this.deadline = all ? ofAll : ofConnect;
            this.timeout = all ? times.total().get() : timeout;
            this.setting = all ? "ClientSetup.totalTimeout" : "ClientSetup.timeout";
        }

        /** The same, none of them made yet, with another connection in case the server does not take this one. */
        Attempts with(SecondConnection<?> other) {
            return new Attempts(times, began, began, Optional.of(other), proxy, addresses, opening);
        }

        /** The same, none of them made yet, to a proxy. */
        Attempts through(Function<UpgradeConnection, Optional<Prelude>> other) {
            return new Attempts(times, began, began, second, other, addresses, opening);
        }

        /** The same, none of them made yet, by the names of another service. */
        Attempts names(NameService other) {
            return addresses(peer -> Connector.resolve(peer, other));
        }

        /** The same, none of them made yet, to addresses that the caller finds. */
        Attempts addresses(Addresses other) {
            return new Attempts(times, began, began, second, proxy, other, opening);
        }

        /** The same, none of them made yet, on channels that the caller opens, one for each address. */
        Attempts on(Opening other) {
            return new Attempts(times, began, began, second, proxy, addresses, other);
        }

        /** What opens the channels. */
        Opening opening() {
            return opening;
        }

        /** Opens the channel of the next attempt. */
        SocketChannel open(SocketAddress address) throws IOException {
            if (address == null) {
                throw new IllegalArgumentException("expected an address to connect to, got null");
            }
            try {
                return opening.open(address);
            } catch (RuntimeException e) {
                fault = Optional.of(e);
                throw e;
            }
        }

        /** What is said to a proxy first, on a connection that was made; empty if it is one to the server itself. */
        Optional<Prelude> hop(UpgradeConnection connection) {
            return proxy.apply(connection);
        }

        /** Those for a second connection: it has what is left of the time, and half of it at least; of the total, what is left. */
        Attempts again() {
            long half = TimeLimit.bounded(times.connect()).toNanos() / 2;
            return new Attempts(
                    times,
                    began,
                    Math.max(began, System.nanoTime() - half),
                    Optional.empty(),
                    proxy,
                    addresses,
                    opening);
        }

        /** What is there in case the server does not take this one. */
        Optional<SecondConnection<?>> second() {
            return second;
        }

        /** Looks the host up, and blocks meanwhile. Any thread may call it. */
        List<? extends SocketAddress> resolve(Peer peer) throws UpgradeException {
            return addresses.of(peer);
        }

        /** When all of it must be over. */
        long deadline() {
            return deadline;
        }

        void failed(SocketAddress address, Throwable thrown) {
            last = Optional.of(thrown);
            failed(address, thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage());
        }

        void failed(SocketAddress address, String what) {
            tried.append(tried.length() == 0 ? "" : "; ")
                    .append(address)
                    .append(": ")
                    .append(what);
        }

        UpgradeException failure() {
            if (fault.isPresent()) {
                return Failures.caused(
                        new UpgradeException(
                                FailureReason.LOCAL_ERROR,
                                Phase.CONNECT,
                                "Expected sockets that can be connected, got: " + tried),
                        fault.get());
            }
            UpgradeException why = new UpgradeException(
                    FailureReason.CONNECT_FAILED, Phase.CONNECT, "Expected a TCP connection, got: " + tried);
            last.ifPresent(why::initCause);
            return why;
        }

        /** The look-up alone has taken all of the time, and was abandoned to its executor. */
        UpgradeException lookupTooSlow(String host) {
            return lookupTooSlow(host, "give it more time by " + setting);
        }

        /** The look-up alone has taken all of the time, and nothing could end it. */
        UpgradeException lookupTooSlowToReturn(String host) {
            return lookupTooSlow(host, "with ClientSetup.lookup(Executor) the wait for it ends in time");
        }

        private UpgradeException lookupTooSlow(String host, String otherwise) {
            return new UpgradeException(
                    FailureReason.CONNECT_FAILED,
                    Phase.CONNECT,
                    "Expected an address for " + shown(host) + " and a TCP connection within " + timeout.toMillis()
                            + " ms, but looking it up took longer",
                    "",
                    "Check the name service of this machine; " + otherwise);
        }
    }

    /** Opens a channel that is to be connected. */
    interface Opening {

        SocketChannel open(SocketAddress address) throws IOException;
    }

    /** Finds what to connect to. */
    interface Addresses {

        List<? extends SocketAddress> of(Peer peer) throws UpgradeException;
    }

    /** Channels with no other option. Not a lambda, which the first upgrade would have to link. */
    private enum Plain implements Opening {
        CHANNELS;

        @Override
        public SocketChannel open(SocketAddress address) throws IOException {
            SocketChannel channel = SocketChannel.open();
            withoutDelay(channel);
            return channel;
        }
    }

    /** Makes the TCP connection of a client. */
    interface Network {

        SocketChannel connect(Attempts attempts) throws UpgradeException;
    }

    /**
     * Looks a host up and connects to it.
     *
     * @param peer to connect to
     * @param lookup looks it up; empty for the calling thread
     */
    record Search(Peer peer, Optional<Executor> lookup) implements Network {

        @Override
        public SocketChannel connect(Attempts attempts) throws UpgradeException {
            return Connector.connect(peer, attempts, lookup);
        }
    }

    /** Looks the host up, connects, and blocks meanwhile: no longer than the attempts allow. */
    static SocketChannel connect(Peer peer, Attempts attempts, Optional<Executor> lookup) throws UpgradeException {
        List<? extends SocketAddress> addresses =
                lookup.isPresent() ? resolve(peer, attempts, lookup.get()) : attempts.resolve(peer);
        if (attempts.deadline() - System.nanoTime() <= 0) {
            throw lookup.isPresent()
                    ? attempts.lookupTooSlow(peer.host())
                    : attempts.lookupTooSlowToReturn(peer.host());
        }
        return connect(addresses, attempts);
    }

    /** Connects to the first of the addresses that answers, and blocks meanwhile. */
    static SocketChannel connect(List<? extends SocketAddress> addresses, Attempts attempts) throws UpgradeException {
        try {
            // A single one needs no selector. A Unix-domain socket can be connected to with a limit in time by no other
            // way.
            return addresses.size() == 1 && addresses.get(0) instanceof InetSocketAddress
                    ? connect(addresses.get(0), attempts)
                    : AddressRace.blocking(addresses, attempts);
        } catch (ClosedByInterruptException e) {
            throw Failures.caused(
                    Failures.rejected(
                            Phase.CONNECT,
                            "Expected a TCP connection to " + addresses + ", but its thread was interrupted"),
                    e);
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            throw Failures.ofClientCode(e, Phase.CONNECT);
        }
    }

    private static SocketChannel connect(SocketAddress address, Attempts attempts) throws IOException {
        long millis = Duration.ofNanos(Math.max(0, attempts.deadline() - System.nanoTime()))
                        .toMillis()
                + 1;
        try {
            return connect(address, (int) Math.min(millis, Integer.MAX_VALUE), attempts);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            attempts.failed(address, e);
            throw attempts.failure();
        }
    }

    /** Finds the addresses of a name: the JDK, which asks the application's resolver where there is one. */
    interface NameService {

        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    /** Looks the host up, and blocks meanwhile for as long as the name service does, which may throw anything. */
    static List<InetSocketAddress> resolve(Peer peer, NameService names) throws UpgradeException {
        try {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (InetAddress address : AddressRace.interleaved(List.of(names.addresses(ascii(peer))))) {
                addresses.add(new InetSocketAddress(address, peer.port()));
            }
            if (addresses.isEmpty()) {
                throw unknown(peer.host());
            }
            return addresses;
        } catch (UnknownHostException e) {
            throw Failures.caused(unknown(peer.host()), e);
        } catch (UpgradeException e) {
            throw e;
        } catch (Throwable e) {
            throw Failures.ofClientCode(e, Phase.CONNECT);
        }
    }

    /** What is looked up is what TLS sends and compares (RFC 9525 section 6.3 by way of RFC 5891). */
    static String ascii(Peer peer) throws UpgradeException {
        try {
            return ServerIdentity.toAscii(peer.host());
        } catch (IllegalArgumentException e) {
            throw Failures.caused(unknown(peer.host()), e);
        }
    }

    /** Has the host looked up by an executor, and abandons it there when the time is over. */
    private static List<? extends SocketAddress> resolve(Peer peer, Attempts attempts, Executor lookup)
            throws UpgradeException {
        FutureTask<List<? extends SocketAddress>> looking = new FutureTask<>(() -> attempts.resolve(peer));
        try {
            lookup.execute(looking);
            return looking.get(attempts.deadline() - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            looking.cancel(false);
            throw Failures.caused(attempts.lookupTooSlow(peer.host()), e);
        } catch (RejectedExecutionException e) {
            throw Failures.caused(rejectedLookup(peer.host()), e);
        } catch (InterruptedException e) {
            looking.cancel(false);
            Thread.currentThread().interrupt();
            throw Failures.caused(
                    Failures.rejected(
                            Phase.CONNECT, "Expected to look up " + shown(peer.host()) + ", but was interrupted"),
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UpgradeException unknown) {
                throw unknown;
            }
            throw Failures.ofClientCode(e.getCause(), Phase.CONNECT);
        } catch (RuntimeException | Error e) {
            throw Failures.ofClientCode(e, Phase.CONNECT);
        }
    }

    static UpgradeException rejectedLookup(String host) {
        return Failures.rejected(
                Phase.CONNECT,
                "Expected the executor for look-ups to take that of " + shown(host) + ", but it rejected it");
    }

    /** The dialogue is made of small segments, each of which the peer waits for. */
    static void withoutDelay(SocketChannel channel) {
        if (!overInternet(channel)) {
            return;
        }
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            // The peer has closed the transport already, which reading will show.
            return;
        }
    }

    /** Whether it is a TCP connection, and no Unix-domain one, which has neither a delay nor a {@link java.net.Socket}. */
    static boolean overInternet(NetworkChannel channel) {
        return channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY);
    }

    /** The address of the other side; that of a Unix-domain socket is its path, and most clients have none. */
    static Peer peerOf(SocketChannel channel) throws IOException {
        SocketAddress address = channel.getRemoteAddress();
        return address instanceof InetSocketAddress inet
                ? new Peer(inet.getHostString(), inet.getPort())
                : new Peer("unix:" + shownPath(address), -1);
    }

    /** A path may have any octets, and a {@link Peer} is shown. */
    private static String shownPath(SocketAddress address) {
        StringBuilder shown = new StringBuilder();
        address.toString().chars().forEach(c -> shown.append(Character.isISOControl(c) ? '?' : (char) c));
        return shown.toString();
    }

    /** The same for people; of a channel over no socket, what the channel is. */
    static String shownPeer(Channel channel) {
        if (!(channel instanceof SocketChannel socket)) {
            return "over " + channel.getClass().getName();
        }
        try {
            return socket.getRemoteAddress() == null
                    ? "not connected"
                    : peerOf(socket).toString();
        } catch (IOException e) {
            return "unknown";
        }
    }

    static UpgradeException unknown(String host) {
        return new UpgradeException(
                FailureReason.CONNECT_FAILED,
                Phase.CONNECT,
                "Expected an address for " + shown(host) + ", found none",
                "",
                "Check the name, and the name service of this machine");
    }

    /** As it is looked up: an international name in ASCII. */
    private static String shown(String host) {
        return host.isEmpty() ? host : new Peer(host, -1).toString();
    }

    private static SocketChannel connect(SocketAddress address, int millis, Attempts attempts) throws IOException {
        SocketChannel channel = attempts.open(address);
        try {
            channel.socket().connect(address, millis);
            return channel;
        } catch (Throwable e) {
            Quietly.close(channel);
            throw e;
        }
    }
}
