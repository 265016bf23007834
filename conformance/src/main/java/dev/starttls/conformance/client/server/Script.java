package dev.starttls.conformance.client.server;

import dev.starttls.conformance.connection.Transcript.Through;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the server behaves: as a well-behaved one of its protocol, but for what is said otherwise. Immutable: each method
 * returns a new one.
 *
 * <pre>{@code
 * Script.of(new SmtpDialect(), tls)
 *         .offer(Through.PLAINTEXT, "AUTH PLAIN LOGIN")
 *         .on(Through.PLAINTEXT, "STARTTLS", Reply.lines("454 TLS not available"));
 * }</pre>
 */
public final class Script {
    /** Stands for the greeting where a verb is expected. */
    public static final String GREETING = "(greeting)";

    /** The {@link #entrance} of a second port that the client is told of, by the placeholder of its command. */
    public static final String SECOND_PORT = "{port2}";

    /** What is answered: a command in one layer, or the beginning of the connection. */
    record Prompt(Through through, String verb) {}

    private final ServerDialect dialect;
    private final ServerTls tls;
    private final String tlsWords;
    private final Through first;
    private final Map<Through, List<String>> offers;
    private final Map<Prompt, List<Reply>> replies;
    private final Optional<Script> later;
    private final Optional<Script> beside;
    private final String entrance;

    private Script(
            ServerDialect dialect,
            ServerTls tls,
            String tlsWords,
            Through first,
            Map<Through, List<String>> offers,
            Map<Prompt, List<Reply>> replies,
            Optional<Script> later,
            Optional<Script> beside,
            String entrance) {
        this.dialect = dialect;
        this.tls = tls;
        this.tlsWords = tlsWords;
        this.first = first;
        this.offers = Map.copyOf(offers);
        this.replies = Collections.unmodifiableMap(new LinkedHashMap<>(replies));
        this.later = later;
        this.beside = beside;
        this.entrance = entrance;
    }

    /** A well-behaved server that begins in plaintext and offers the upgrade. */
    public static Script of(ServerDialect dialect, ServerTls tls) {
        return new Script(
                dialect, tls, "", Through.PLAINTEXT, Map.of(), Map.of(), Optional.empty(), Optional.empty(), "");
    }

    /** With another session of the same protocol, which offers the same unless something else is said. */
    public Script dialect(ServerDialect other) {
        return new Script(other, tls, tlsWords, first, offers, replies, later, beside, entrance);
    }

    /** With TLS from the first octet. */
    public Script implicit() {
        return new Script(dialect, tls, tlsWords, Through.TLS, offers, replies, later, beside, entrance);
    }

    /**
     * With other TLS.
     *
     * @param words what is other about it, to follow "the server": {@code presents a certificate that has expired}
     */
    public Script tls(ServerTls other, String words) {
        return new Script(dialect, other, words, first, offers, replies, later, beside, entrance);
    }

    /** With these capabilities and no others, in plaintext or inside TLS. */
    public Script offer(Through through, String... capabilities) {
        Map<Through, List<String>> changed = new HashMap<>(offers);
        changed.put(through, List.of(capabilities));
        return new Script(dialect, tls, tlsWords, first, changed, replies, later, beside, entrance);
    }

    /** With these capabilities besides those that it offers now. */
    public Script offerToo(Through through, String... capabilities) {
        List<String> all = new ArrayList<>(offered(through));
        all.addAll(List.of(capabilities));
        return offer(through, all.toArray(String[]::new));
    }

    /** Without the capabilities that begin with this word. */
    public Script withhold(Through through, String word) {
        return offer(
                through,
                offered(through).stream()
                        .filter(each -> !first(each).equals(word))
                        .toArray(String[]::new));
    }

    private static String first(String capability) {
        int space = capability.indexOf(' ');
        return space < 0 ? capability : capability.substring(0, space);
    }

    /**
     * With this reply to a command.
     *
     * @param verb as in {@link ReceivedLine#verb}, or {@link #GREETING}
     * @param inOrder for the first time that the client sends it, the second, ...; the last also for all further times
     */
    public Script on(Through through, String verb, Reply... inOrder) {
        Map<Prompt, List<Reply>> changed = new LinkedHashMap<>(replies);
        changed.put(new Prompt(through, verb.toUpperCase(Locale.ROOT)), List.of(inOrder));
        return new Script(dialect, tls, tlsWords, first, offers, changed, later, beside, entrance);
    }

    /** With this greeting. */
    public Script greeting(Through through, Reply reply) {
        return on(through, GREETING, reply);
    }

    /** With another script for the second connection to this port and all after it. */
    public Script later(Script second) {
        return new Script(dialect, tls, tlsWords, first, offers, replies, Optional.of(second), beside, entrance);
    }

    /**
     * With a second port, which has this script and its name: the client does not know of it, but by what the server says,
     * unless its name is {@link #SECOND_PORT}. In what the server sends, <code>{port:NAME}</code> stands for its number.
     *
     * @param other has an {@link #entrance}
     */
    public Script beside(Script other) {
        return new Script(dialect, tls, tlsWords, first, offers, replies, later, Optional.of(other), entrance);
    }

    /** With a name for the port, for the transcript and the evidence. */
    public Script entrance(String name) {
        return new Script(dialect, tls, tlsWords, first, offers, replies, later, beside, name);
    }

    /** What it offers. */
    public List<String> offered(Through through) {
        return Optional.ofNullable(offers.get(through)).orElseGet(() -> dialect.capabilities(through));
    }

    /** Its own reply to a command that came so many times before; empty if it behaves well there. */
    Optional<Reply> reply(Through through, String verb, int before) {
        List<Reply> inOrder = replies.get(new Prompt(through, verb.toUpperCase(Locale.ROOT)));
        return inOrder == null ? Optional.empty() : Optional.of(inOrder.get(Math.min(before, inOrder.size() - 1)));
    }

    /**
     * What it does otherwise than a well-behaved server, in the order in which it was said.
     *
     * @return clauses to follow "the server": {@code answers STARTTLS in plaintext: '454 TLS not available\r\n'}
     */
    public List<String> deviations() {
        return ScriptWords.of(this);
    }

    Map<Prompt, List<Reply>> replies() {
        return replies;
    }

    Optional<Script> later() {
        return later;
    }

    String tlsWords() {
        return tlsWords;
    }

    ServerDialect dialect() {
        return dialect;
    }

    ServerTls tls() {
        return tls;
    }

    Through first() {
        return first;
    }

    String entrance() {
        return entrance;
    }

    Optional<Script> beside() {
        return beside;
    }

    /** The script of the connection with this number, from 1. */
    Script connection(int number) {
        return number > 1 ? later.orElse(this) : this;
    }
}
