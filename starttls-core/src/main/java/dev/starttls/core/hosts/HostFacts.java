package dev.starttls.core.hosts;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What is remembered of one host and port: named entries, so that later versions and other code can add facts of their own.
 * Immutable; entries that are not understood are kept.
 *
 * <p>The facts here are about speed alone. They are learnt from peers that nobody may have verified, and anyone between here
 * and the host can make them wrong, which costs round trips: nothing that matters to security may be decided by them.
 */
public final class HostFacts {

    /** Nothing is remembered. */
    public static final HostFacts NONE = new HostFacts(Map.of());

    private static final String UPGRADED = "upgraded";
    private static final String COMMAND = "command-unasked";
    private static final String CLIENT_HELLO = "client-hello-along";

    /** What a host made of something that it need not take. */
    public enum Answer {
        /** It was not tried. */
        UNKNOWN,
        /** It took it. */
        TAKEN,
        /** It refused it, or closed the connection. */
        REFUSED,
        /** It said nothing. */
        SILENT
    }

    private final Map<String, String> entries;

    private HostFacts(Map<String, String> entries) {
        this.entries = entries;
    }

    /**
     * Facts as they were kept elsewhere.
     *
     * @param entries as {@link #entries} gave them
     * @return the facts; of an entry whose value is not known, the answer is {@link Answer#UNKNOWN}
     */
    public static HostFacts of(Map<String, String> entries) {
        Objects.requireNonNull(entries, "entries: expected words by their names, got null; try HostFacts.NONE");
        return entries.isEmpty() ? NONE : new HostFacts(Map.copyOf(entries));
    }

    /**
     * All of it, to be kept elsewhere.
     *
     * @return immutable; names and values are short words in ASCII
     */
    public Map<String, String> entries() {
        return entries;
    }

    /**
     * The same with another entry, or with another value of it.
     *
     * @param name of the fact; those of others begin with a domain name of theirs, turned round ({@code org.example.fact})
     * @param value of the fact
     * @return new facts
     */
    public HostFacts with(String name, String value) {
        Objects.requireNonNull(name, "name: expected what the word is for, got null");
        Objects.requireNonNull(value, "value: expected a word, got null; use without(name) to forget");
        if (value.equals(entries.get(name))) {
            return this;
        }
        Map<String, String> changed = new LinkedHashMap<>(entries);
        changed.put(name, value);
        return of(changed);
    }

    /**
     * The same without an entry.
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
     * @return true after a handshake behind the upgrade command
     */
    public boolean upgraded() {
        return entries.containsKey(UPGRADED);
    }

    /**
     * What the host makes of the upgrade command that comes right behind the greeting, without EHLO, CAPABILITY or CAPA.
     *
     * @return never {@link Answer#SILENT}
     */
    public Answer command() {
        return answer(COMMAND);
    }

    /**
     * What the host makes of a ClientHello in the segment of the upgrade command.
     *
     * @return any
     */
    public Answer clientHello() {
        return answer(CLIENT_HELLO);
    }

    /**
     * The same of a host that was upgraded.
     *
     * @return new facts
     */
    public HostFacts withUpgraded() {
        return with(UPGRADED, "yes");
    }

    /**
     * The same with another answer to the upgrade command.
     *
     * @param answer as {@link #command} gives it
     * @return new facts
     */
    public HostFacts withCommand(Answer answer) {
        return with(COMMAND, answer);
    }

    /**
     * The same with another answer to a ClientHello that came along.
     *
     * @param answer as {@link #clientHello} gives it
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
        Objects.requireNonNull(answer, "answer: expected what the host did, got null; try Answer.UNKNOWN");
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
