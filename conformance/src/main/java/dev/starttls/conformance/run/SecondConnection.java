package dev.starttls.conformance.run;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.connection.Received;
import java.io.IOException;
import java.util.Optional;

/** Finds out whether a server takes a second connection of a client beside a first on which nothing happens. */
record SecondConnection(CheckContext context) {
    /** How many connections the server takes. */
    enum Capacity {
        NONE,
        ONE,
        SEVERAL
    }

    /**
     * How many it takes, and what shows it.
     *
     * @param seen empty for several
     */
    record Room(Capacity capacity, String seen) {
        static final Room UNKNOWN = new Room(Capacity.SEVERAL, "");
    }

    /**
     * Tries it. A server takes one connection at a time if it greets on a first, not on a second beside it, and again
     * on a third when both are closed.
     */
    Room room() {
        var unusedKnown = context.sideBySide();
        Optional<String> first = instead();
        if (first.isPresent()) {
            return new Room(Capacity.NONE, first.get());
        }
        Optional<String> second = instead();
        if (second.isEmpty()) {
            return Room.UNKNOWN;
        }
        context.close();
        Optional<String> third = instead();
        return third.map(what -> new Room(Capacity.NONE, what))
                .orElseGet(() ->
                        new Room(Capacity.ONE, "beside an idle connection a second was not served: " + second.get()));
    }

    /** What came instead of a greeting; empty if it came. */
    private Optional<String> instead() {
        Conversation conversation;
        try {
            conversation = context.connect();
        } catch (IOException e) {
            return Optional.of("the connection could not be made: " + e.getMessage());
        }
        if (context.target().scheme().implicitTls()) {
            HandshakeResult handshake = conversation.handshake(context.offer());
            if (!handshake.done()) {
                return Optional.of("the TLS handshake failed: " + handshake.description());
            }
        }
        Received greeting = conversation.readLine();
        boolean taken = greeting instanceof Received.Line line
                && context.dialect().turnsAway(line.text()).isEmpty();
        return taken ? Optional.empty() : Optional.of("no greeting came: " + greeting.description());
    }
}
