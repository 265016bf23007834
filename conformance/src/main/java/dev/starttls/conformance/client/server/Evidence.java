package dev.starttls.conformance.client.server;

import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.tls.wire.ClientHello;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was seen of the client during one run of it, in order: all that a verdict is made of. Safe for use by several
 * threads. Its length is limited: what is not kept makes it {@linkplain #incomplete() incomplete}, but for the ends of
 * what the server said.
 */
public final class Evidence {
    private static final int MAX_EVENTS = 20_000;
    private static final long MAX_OCTETS = 16 << 20;
    /** What is kept of a text of the server's once all of them have had {@link #MAX_OCTETS}. */
    private static final int MAX_SENT = 1_000;

    /** Something that happened on a connection, whose number is from 1 in the order of their beginnings. */
    public sealed interface Event {
        int connection();
    }

    /**
     * The client connected.
     *
     * @param entrance which of the server's ports, by the name that the script has for it
     */
    public record Connected(int connection, String entrance) implements Event {}

    /** The client sent a line. */
    public record Line(int connection, Through through, ReceivedLine line) implements Event {}

    /** The server sent something. */
    public record Sent(int connection, Through through, String text) implements Event {}

    /** The server's pause is over. */
    public record Paused(int connection) implements Event {}

    /**
     * The client had sent something when the server's pause was over.
     *
     * @param octet the first
     */
    public record Early(int connection, int octet) implements Event {}

    /**
     * How the client took it that the server answers nothing any more.
     *
     * @param time from the last line before that to the next that the client sent, or to the end that it made
     * @param whole whether it did nothing for as long as the server waits
     */
    public record Waited(int connection, Duration time, boolean whole) implements Event {}

    /** The client sent a ClientHello. */
    public record Hello(int connection, ClientHello hello) implements Event {}

    /** The handshake was finished, by both sides. */
    public record Secured(int connection, String tls) implements Event {}

    /** TLS was not established, or ended otherwise than by close_notify. */
    public record Broken(int connection, HandshakeEndedException.How how, String detail) implements Event {}

    /** The client ended the connection, or the server did. */
    public record Ended(int connection, End how) implements Event {}

    /** How a connection ended. */
    public enum End {
        /** The client's close_notify. */
        CLOSE_NOTIFY,
        /** The end of the client's stream, or a reset. */
        CLIENT,
        /** The server closed it, as its script says. */
        SERVER,
        /** The time of the case was over. */
        TIME
    }

    private final Transcript transcript = new Transcript();
    private final List<Event> events = new ArrayList<>();
    private int connections;
    private long octets;
    private long sent;
    private Optional<String> incomplete = Optional.empty();
    /** The connections in plaintext on which the credentials of another case came, and that case. */
    private final Map<Integer, String> visits = new TreeMap<>();

    /** Registers a connection. */
    synchronized int connected(String entrance) {
        connections++;
        add(new Connected(connections, entrance));
        transcript.note(
                connections, "the client connected" + (entrance.isEmpty() ? "" : " to the port of " + entrance));
        return connections;
    }

    synchronized void add(Event happened) {
        Event event = happened instanceof Sent text ? bounded(text) : happened;
        int length = event instanceof Line line ? line.line().text().length() : 0;
        // What must not be in plaintext is kept when all else is not.
        int most = event instanceof Line line && line.line().weight() != Weight.HARMLESS ? 2 * MAX_EVENTS : MAX_EVENTS;
        if (events.size() < most && octets + length < MAX_OCTETS) {
            octets += length;
            events.add(event);
        } else {
            incomplete("the client sent more than is kept");
        }
    }

    private Sent bounded(Sent event) {
        sent += event.text().length();
        return sent < MAX_OCTETS || event.text().length() <= MAX_SENT
                ? event
                : new Sent(event.connection(), event.through(), event.text().substring(0, MAX_SENT));
    }

    /** Something that the client did was not seen, for this reason. */
    synchronized void incomplete(String reason) {
        incomplete = incomplete.or(() -> Optional.of(reason));
    }

    /** Why something may be missing, so that nobody can say that it did not happen; empty if all is here. */
    public synchronized Optional<String> incomplete() {
        return incomplete;
    }

    /** The credentials of another case came: what came in plaintext with them is no evidence of this one. */
    synchronized void visited(int connection, Through through, String owner) {
        boolean plaintext = through == Through.PLAINTEXT;
        boolean known = plaintext && visits.put(connection, owner) != null;
        if (!known) {
            transcript.note(
                    connection,
                    "this is the user name or the password of " + owner
                            + (plaintext ? ", and what comes on this connection is charged to it" : ""));
        }
    }

    /** The cases whose credentials came in plaintext here, in a sentence; empty if none did. */
    public synchronized Optional<String> visitors() {
        return visits.isEmpty()
                ? Optional.empty()
                : Optional.of(visits.values().stream().distinct().collect(Collectors.joining(", ")));
    }

    /** All events so far, but for those of connections that are another case's. */
    public synchronized List<Event> events() {
        return events.stream()
                .filter(event -> !visits.containsKey(event.connection()))
                .toList();
    }

    /** A line as a sentence may quote it: what has credentials is not quoted whole. */
    public String described(ReceivedLine line) {
        if (!line.hasCredentials()) {
            return "'" + transcript.shown(line.text()) + "'";
        }
        if (line.is(ReceivedLine.HELLO)) {
            return "credentials in its ClientHello";
        }
        // What is no command can be the password itself.
        return line.verb().matches("[A-Z]{3,12}") ? line.verb() + " with credentials" : "credentials";
    }

    public Transcript transcript() {
        return transcript;
    }

    /** The events of one kind. */
    public <E extends Event> List<E> events(Class<E> kind) {
        return events().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The lines of the client in plaintext or inside TLS, on all connections. */
    public List<ReceivedLine> lines(Through through) {
        return events(Line.class).stream()
                .filter(line -> line.through() == through)
                .map(Line::line)
                .toList();
    }

    /** The first ClientHello; empty if none came. */
    public Optional<ClientHello> hello() {
        return events(Hello.class).stream().map(Hello::hello).findFirst();
    }

    /** Whether a handshake was finished on any connection. */
    public boolean secured() {
        return !events(Secured.class).isEmpty();
    }

    /** Whether the client connected at all. */
    public boolean connected() {
        return !events(Connected.class).isEmpty();
    }
}
