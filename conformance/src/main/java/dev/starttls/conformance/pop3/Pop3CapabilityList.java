package dev.starttls.conformance.pop3;

import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.Offers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The capabilities in a response to CAPA: tags in upper case, each with its parameters (RFC 2449 section 3).
 *
 * @param ended whether the dot came after the list
 * @param known false if the server does not know CAPA
 */
record Pop3CapabilityList(List<String> lines, Map<String, String> announced, boolean ended, boolean known)
        implements Offers {
    /** What is known before CAPA was sent. */
    static final Pop3CapabilityList NONE = new Pop3CapabilityList(List.of(), Map.of(), true, true);

    Pop3CapabilityList {
        lines = List.copyOf(lines);
        announced = Map.copyOf(announced);
    }

    static Pop3CapabilityList in(ObservedPop3Reply reply) {
        List<String> lines = reply instanceof ObservedPop3Reply.Answer answer ? answer.list() : List.of();
        TreeMap<String, String> announced = new TreeMap<>();
        for (String line : lines) {
            String[] parts = line.strip().split(" +", 2);
            String parameters = parts.length > 1 ? parts[1].strip() : "";
            announced.merge(parts[0].toUpperCase(Locale.ROOT), parameters, (a, b) -> (a + " " + b).strip());
        }
        boolean ended = !reply.flaws().contains(LenientPop3Reader.NO_DOT);
        return new Pop3CapabilityList(lines, announced, ended, !(reply instanceof ObservedPop3Reply.Unlisted));
    }

    boolean has(String tag) {
        return announced.containsKey(tag);
    }

    /** The parameters of an announced capability; may be empty. */
    Optional<String> of(String tag) {
        return Optional.ofNullable(announced.get(tag));
    }

    /** Without a list, STLS may still work and has to be tried. */
    @Override
    public Optional<String> upgrade() {
        return known ? of("STLS") : Optional.of("");
    }

    /** Where a list has no end, what follows it cannot be told apart from it. */
    @Override
    public boolean pipelining() {
        return ended && has("PIPELINING");
    }

    @Override
    public Set<String> mechanisms() {
        return Offers.mechanisms(of("SASL").orElse(""));
    }

    /** All lines, sorted. */
    @Override
    public Collection<String> description() {
        return new TreeSet<>(lines);
    }

    /** What is not well formed in the lines. */
    List<String> flaws() {
        List<String> flaws = new ArrayList<>();
        for (String line : lines) {
            if (!line.matches("[!-~&&[^.]]++(?: [!-~]++)*+")) {
                flaws.add("'" + Transcript.printable(line) + "' is not a tag with its parameters, separated by spaces");
            }
        }
        return flaws;
    }
}
