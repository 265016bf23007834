package dev.starttls.conformance;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Protocol;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Where to look for a check that a command does not have: the other command has it, or this one for another protocol. */
final class Whereabouts {
    private Whereabouts() {}

    /**
     * The beginning of a sentence that there is no such check.
     *
     * @param kind "check" or "case"
     * @param named what was taken for an id or a clause
     */
    static String unknown(String kind, String named) {
        return named.contains(" ")
                ? "no " + kind + " has the id or the clause '" + named + "'"
                : "there is no " + kind + " '" + named + "'";
    }

    /**
     * The end of a sentence that there is no such check.
     *
     * @param named an id or a clause, as for {@link Selection#of}
     * @param option the option that it was given for, as {@code --only}
     * @param here the checks of the command
     * @param name of the command
     */
    static String of(String named, String option, List<Check> here, String name) {
        // Of a clause all subsections are meant anyway.
        String beginning = named + "*";
        if (named.contains("-") && here.stream().anyMatch(Selection.named(beginning)::takes)) {
            return "; for all that begin so: " + option + " '" + beginning + "'";
        }
        Selection alone = Selection.named(named);
        List<Protocol> protocols = Arrays.stream(Protocol.values())
                .filter(protocol -> ClientSuite.cases(protocol).stream().anyMatch(one -> alone.takes(one.check())))
                .toList();
        String call = " " + option + " " + (named.matches("[\\w.-]+") ? named : "'" + named + "'");
        if (!protocols.isEmpty()) {
            return " here; it is a case for clients of "
                    + protocols.stream().map(Protocol::name).collect(Collectors.joining(" and "))
                    + ": " + name + " client " + protocols.get(0).key() + call;
        }
        return Suite.catalogue().all().stream().anyMatch(alone::takes)
                ? " here; it is a check of servers: " + name + call
                : "; --list names them all, with their clauses";
    }
}
