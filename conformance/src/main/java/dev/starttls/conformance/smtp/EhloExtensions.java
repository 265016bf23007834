package dev.starttls.conformance.smtp;

import dev.starttls.conformance.session.Offers;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The extensions in an EHLO reply: keywords in upper case, each with its parameters (RFC 5321 section 4.1.1.1). */
record EhloExtensions(Map<String, String> offered) implements Offers {
    EhloExtensions {
        offered = Map.copyOf(offered);
    }

    /** The extensions in a 250 reply to EHLO; its first line is the greeting, not an offer. */
    static EhloExtensions in(ObservedSmtpReply reply) {
        TreeMap<String, String> offered = new TreeMap<>();
        if (reply instanceof ObservedSmtpReply.Answer answer) {
            for (String line : answer.lines().subList(1, answer.lines().size())) {
                String[] parts = line.strip().split(" +", 2);
                // Old servers also send AUTH=LOGIN, for clients from before RFC 2554.
                String keyword = parts[0].replaceFirst("(?i)^AUTH=", "AUTH ").toUpperCase(Locale.ROOT);
                String parameters = parts.length > 1 ? parts[1].strip() : "";
                if (keyword.startsWith("AUTH ")) {
                    parameters = (keyword.substring(5) + " " + parameters).strip();
                    keyword = "AUTH";
                }
                offered.merge(keyword, parameters, (a, b) -> (a + " " + b).strip());
            }
        }
        return new EhloExtensions(offered);
    }

    boolean has(String keyword) {
        return offered.containsKey(keyword);
    }

    /** The parameters of an offered keyword; may be empty. */
    Optional<String> of(String keyword) {
        return Optional.ofNullable(offered.get(keyword));
    }

    @Override
    public Optional<String> upgrade() {
        return of("STARTTLS");
    }

    @Override
    public boolean pipelining() {
        return has("PIPELINING");
    }

    @Override
    public Set<String> mechanisms() {
        return Offers.mechanisms(of("AUTH").orElse(""));
    }

    /** All offers, sorted. */
    @Override
    public Collection<String> description() {
        TreeSet<String> lines = new TreeSet<>();
        offered.forEach((keyword, parameters) -> lines.add((keyword + " " + parameters).strip()));
        return lines;
    }
}
