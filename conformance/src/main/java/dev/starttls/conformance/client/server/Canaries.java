package dev.starttls.conformance.client.server;

import dev.starttls.conformance.connection.Transcript.Through;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The canaries of all cases of a run: those of one can come to the server of another, if a client keeps them, or connects
 * to another port than its own. Safe for use by several threads.
 */
public final class Canaries {
    /** How many of the last characters of a form of a canary a text is searched for, before it is compared whole. */
    private static final int KEY = 8;

    private static final int MAX_STRAYS = 1000;

    private final Map<String, Set<Canary>> byKey = new ConcurrentHashMap<>();
    private final Map<Canary, String> cases = new ConcurrentHashMap<>();
    private final Set<Stray> strays = new LinkedHashSet<>();

    /**
     * Something with the user name or the password of one case that came to the server of another.
     *
     * @param owner the id of the case whose they are
     * @param at the id of the case whose server it came to
     * @param what as a sentence may name it, without the password
     */
    public record Stray(String owner, String at, Through through, Weight weight, String what) {}

    /** A new one for a run of this case. */
    public Canary of(String caseId, String domain) {
        Canary canary = Canary.of(caseId, domain);
        cases.put(canary, caseId);
        canary.forms().forEach(form -> byKey.computeIfAbsent(
                        form.substring(Math.max(0, form.length() - KEY)), key -> ConcurrentHashMap.newKeySet())
                .add(canary));
        return canary;
    }

    /** Those that can be in the text. */
    private Set<Canary> candidates(String text) {
        Set<Canary> found = new LinkedHashSet<>();
        String lower = Concealment.lower(text);
        for (int i = 0; i + KEY <= text.length(); i++) {
            found.addAll(byKey.getOrDefault(text.substring(i, i + KEY), Set.of()));
            found.addAll(byKey.getOrDefault(lower.substring(i, i + KEY), Set.of()));
        }
        return found;
    }

    /** Whose user name or password is in a line: the case's own if it is there. Empty if none is. */
    Optional<Canary> within(String line, Canary own) {
        if (own.within(line)) {
            return Optional.of(own);
        }
        return candidates(line).stream().filter(each -> each.within(line)).findFirst();
    }

    /** The text without the passwords of all cases. */
    String concealed(String text) {
        return Concealment.of(text, this::candidates);
    }

    /** The case that a canary was made for; empty if it was not made here. */
    Optional<String> caseOf(Canary canary) {
        return Optional.ofNullable(cases.get(canary));
    }

    /** Keeps in mind what came to another case. */
    synchronized void add(Stray stray) {
        if (strays.size() < MAX_STRAYS) {
            strays.add(stray);
        }
    }

    /** What of this case came to others by now. */
    public synchronized List<Stray> straysOf(String caseId) {
        return strays.stream().filter(each -> each.owner().equals(caseId)).toList();
    }
}
