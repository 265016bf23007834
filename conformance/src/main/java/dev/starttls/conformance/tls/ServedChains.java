package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.tls.ServedChain.Indication;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Every chain that the server was seen to send, for all checks that judge one: a client gets the one that fits its
 * offer, and one of them can be bad while the others are good.
 *
 * @param all at least one, and at least one of them with the expected name; in the order in which they were seen
 * @param evidence how they were got
 */
record ServedChains(List<ServedChain> all, List<Transcript.Entry> evidence) {

    ServedChains {
        all = List.copyOf(all);
        evidence = List.copyOf(evidence);
    }

    /**
     * The chains of the prober's target, which are collected by the first check that asks.
     *
     * @throws BlockedException if there was no certificate; inconclusive, or a failure if one cannot be read
     */
    static ServedChains of(Prober prober) throws IOException, BlockedException {
        boolean[] collected = new boolean[1];
        ServedChains chains = prober.context().shared().once(ServedChains.class, () -> {
            collected[0] = true;
            return new ChainCollector(prober).collect();
        });
        if (!collected[0]) {
            Transcript transcript = prober.context().transcript();
            transcript.note(0, "the certificates were collected once, for all checks that judge them:");
            transcript.repeat(chains.evidence());
        }
        return chains;
    }

    /** Those for a client that indicates the server's name, the same chain only once. */
    List<Group> expected() {
        return grouped(all.stream()
                .filter(one -> one.indication() == Indication.EXPECTED)
                .toList());
    }

    /** All others, the same chain only once. */
    List<Group> unexpected() {
        List<List<X509Certificate>> expected =
                expected().stream().map(group -> group.first().chain()).toList();
        return grouped(all.stream()
                .filter(one -> one.indication() != Indication.EXPECTED && !expected.contains(one.chain()))
                .toList());
    }

    /** All, the same chain only once. */
    List<Group> groups() {
        return grouped(all);
    }

    private static List<Group> grouped(List<ServedChain> chains) {
        Map<List<X509Certificate>, List<ServedChain>> byChain = new LinkedHashMap<>();
        for (ServedChain one : chains) {
            byChain.computeIfAbsent(one.chain(), chain -> new ArrayList<>()).add(one);
        }
        return byChain.values().stream().map(Group::new).toList();
    }

    /**
     * The occasions on which the server sent one chain.
     *
     * @param occasions at least one
     */
    record Group(List<ServedChain> occasions) {
        Group {
            occasions = List.copyOf(occasions);
        }

        ServedChain first() {
            return occasions.get(0);
        }

        X509Certificate leaf() {
            return first().leaf();
        }

        String description() {
            return occasions.stream().map(ServedChain::occasion).collect(Collectors.joining(", "));
        }
    }

    /** The combined verdict on several groups; where there is only one, without saying which. */
    static Verdict combined(Collection<Judged> judged) {
        if (judged.size() == 1) {
            return judged.iterator().next().verdict();
        }
        CombinedVerdict combined = new CombinedVerdict();
        judged.forEach(one -> combined.add(one.group().description(), one.verdict()));
        return combined.verdict();
    }

    /** A group and the verdict on it. */
    record Judged(Group group, Verdict verdict) {}
}
