package dev.starttls.core.hosts;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What is remembered of one host and port: named entries, so that later versions and other code can add their own facts.
 * Immutable; entries that are not understood are kept.
 *
 * <p>The facts are about speed only. They come from peers that may not have been verified, and an attacker on the path can make
 * them wrong, which costs round trips: nothing that matters to security may depend on them.
 */
public final class HostFacts {

    /** Nothing is remembered. */
    public static final HostFacts NONE = new HostFacts(Map.of());

    private static final String UPGRADED = "upgraded";
    private static final String COMMAND = "command-unasked";
    private static final String CLIENT_HELLO = "client-hello-along";

    /** How a host answered something that it need not accept. */
    public enum Answer {
        /** It was not tried. */
        UNKNOWN,
        /** It was accepted. */
        TAKEN,
        /** It was refused, or the connection was closed. */
        REFUSED,
        /** There was no answer. */
        SILENT
    }

    private final Map<String, String> entries;

    private HostFacts(Map<String, String> entries) {
        this.entries = entries;
    }

    /**
     * Restores facts that were stored elsewhere.
     *
     * @param entries as {@link #entries} returned them
     * @return the facts; an entry whose value is not known counts as {@link Answer#UNKNOWN}
     */
    public static HostFacts of(Map<String, String> entries) {
        Objects.requireNonNull(entries, "entries: expected values by their names, got null; try HostFacts.NONE");
        return entries.isEmpty() ? NONE : new HostFacts(Map.copyOf(entries));
    }

    /**
     * The entries, to be stored elsewhere.
     *
     * @return immutable; names and values are short words in ASCII
     */
    public Map<String, String> entries() {
        return entries;
    }

    /**
     * Adds an entry, or changes its value.
     *
     * @param name of the fact; names outside this library begin with a reversed domain name ({@code org.example.fact})
     * @param value of the fact
     * @return new facts
     */
    public HostFacts with(String name, String value) {
        Objects.requireNonNull(name, "name: expected the name of a fact, got null");
        Objects.requireNonNull(value, "value: expected the value of a fact, got null; use without(name) to remove it");
        if (value.equals(entries.get(name))) {
            return this;
        }
        Map<String, String> changed = new LinkedHashMap<>(entries);
        changed.put(name, value);
        return of(changed);
    }

    /**
     * Removes an entry.
     *
     * @param name of the fact
     * @return new facts
     */
    public HostFacts without(String name) {
        if (!entries.containsKey(name)) {
            return this;
        }
        Map<String, String> changed = new LinkedHashMap<>(entries);
        changed.remove(name);
        return of(changed);
    }

    /**
     * Whether a connection to the host was upgraded.
     *
     * @return true after a handshake that followed the upgrade command
     */
    public boolean upgraded() {
        return entries.containsKey(UPGRADED);
    }

    /**
     * How the host answers an upgrade command right after the greeting, without EHLO, CAPABILITY or CAPA.
     *
     * @return never {@link Answer#SILENT}
     */
    public Answer command() {
        return answer(COMMAND);
    }

    /**
     * How the host answers a ClientHello in the segment of the upgrade command.
     *
     * @return any answer
     */
    public Answer clientHello() {
        return answer(CLIENT_HELLO);
    }

    /**
     * Adds that a connection to the host was upgraded.
     *
     * @return new facts
     */
    public HostFacts withUpgraded() {
        return with(UPGRADED, "yes");
    }

    /**
     * Sets the answer to an upgrade command right after the greeting.
     *
     * @param answer as {@link #command} returns it
     * @return new facts
     */
    public HostFacts withCommand(Answer answer) {
        return with(COMMAND, answer);
    }

    /**
     * Sets the answer to a ClientHello in the segment of the upgrade command.
     *
     * @param answer as {@link #clientHello} returns it
     * @return new facts
     */
    public HostFacts withClientHello(Answer answer) {
        return with(CLIENT_HELLO, answer);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HostFacts facts && facts.entries.equals(entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    /** For people and logs. */
    @Override
    public String toString() {
        return "HostFacts" + entries;
    }

    private HostFacts with(String name, Answer answer) {
        Objects.requireNonNull(answer, "answer: expected an Answer, got null; try Answer.UNKNOWN");
        return answer == Answer.UNKNOWN ? without(name) : with(name, answer.name());
    }

    private Answer answer(String name) {
        String value = entries.get(name);
        for (Answer answer : Answer.values()) {
            if (answer.name().equals(value)) {
                return answer;
            }
        }
        return Answer.UNKNOWN;
    }
}
