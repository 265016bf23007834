package dev.starttls.imap;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Puts the lines and literals of a command together on a server (RFC 9051 section 4.3, RFC 7888), within bounds. A command
 * that is refused is refused before its first synchronizing literal is asked for, so that no secret is sent; one that does
 * not wait is read to its end and forgotten, so that what follows is taken for the next command.
 */
final class ImapCommandReader {

    /** The maximum number of octets that a client may send without waiting: LITERAL- (RFC 7888 section 5). */
    static final int MAX_UNASKED_OCTETS = 4_096;

    /** The maximum number of octets of a command beside its longest literal: those of a line (RFC 7162 section 4). */
    private static final int MAX_OTHER_OCTETS = 8_192;

    /** What a line comes to. */
    sealed interface Reading {}

    /** The command is complete. */
    record Whole(ImapCommand command) implements Reading {}

    /** It is over, and this is the answer. */
    record Refused(String reply) implements Reading {}

    /** Lines to send and octets to await, perhaps none of either. */
    record More(List<String> lines, int octets) implements Reading {}

    /**
     * The client sends what it may not, and too much of it to read on.
     *
     * @param text for people, what was too long
     */
    record Overrun(String text) implements Reading {}

    private final ImapGate gate;
    private final StringBuilder text = new StringBuilder();
    private Optional<String> refusal = Optional.empty();
    private String tag = "*";
    private boolean begun;
    /** The octets of a command that is refused: read, since they do not wait, and thrown away. */
    private long refusedOctets;

    /** The gate says, by tag and name, whether a command is refused whatever its arguments are. */
    ImapCommandReader(ImapGate gate) {
        this.gate = gate;
    }

    /** Takes a line; a literal may have so many octets at most. */
    Reading line(String line, ImapSession session, int maxOctets) {
        if (maxOctets < 0) {
            throw new IllegalArgumentException("literalOctets: expected 0 octets or more for the longest literal, got "
                    + maxOctets + "; Integer.MAX_VALUE leaves it to the connection's limits");
        }
        Optional<ImapLiteral> literal = ImapLiteral.atEndOf(line);
        if (!begun) {
            Optional<ImapCommand> command = ImapCommand.parse(line);
            refusal = gate.refusal(command, session);
            if (literal.isEmpty() && refusal.isEmpty()) {
                return new Whole(command.orElseThrow());
            }
            begun = true;
            tag = command.isPresent() ? command.get().tag() : "*";
        }
        keep(line);
        return literal.isPresent() ? more(literal.get(), maxOctets) : whole();
    }

    /** Whether a command has begun whose next lines belong to it. */
    boolean begun() {
        return begun;
    }

    void octets(byte[] octets) {
        keep(new String(octets, StandardCharsets.ISO_8859_1));
        Arrays.fill(octets, (byte) 0);
    }

    void reset() {
        text.setLength(0);
        refusal = Optional.empty();
        begun = false;
        refusedOctets = 0;
    }

    private Reading more(ImapLiteral literal, int maxOctets) {
        long maxInAll = (long) maxOctets + MAX_OTHER_OCTETS;
        if (refusal.isEmpty() && (literal.octets() > maxOctets || text.length() + literal.octets() > maxInAll)) {
            refusal = Optional.of(tag + " BAD Literal too long; at most " + maxOctets + " octets are accepted");
        }
        if (literal.kind() == ImapLiteral.Kind.SYNCHRONIZING) {
            if (refusal.isPresent()) {
                return refused();
            }
            keep("\r\n");
            return new More(List.of("+ Ready for the literal"), (int) literal.octets());
        }
        if (literal.octets() > MAX_UNASKED_OCTETS) {
            reset();
            return new Overrun("Literal too long to be sent without waiting");
        }
        // What is thrown away costs no more than what is kept.
        if (refusedOctets > maxInAll) {
            reset();
            return new Overrun("Command too long");
        }
        keep("\r\n");
        return new More(List.of(), (int) literal.octets());
    }

    private Reading whole() {
        if (refusal.isPresent()) {
            return refused();
        }
        Optional<ImapCommand> command = ImapCommand.parse(text.toString());
        reset();
        return new Whole(command.orElseThrow());
    }

    private Reading refused() {
        String reply = refusal.orElseThrow();
        reset();
        return new Refused(reply);
    }

    private void keep(String more) {
        if (refusal.isEmpty()) {
            text.append(more);
        } else {
            refusedOctets += more.length();
            text.setLength(0);
        }
    }
}
