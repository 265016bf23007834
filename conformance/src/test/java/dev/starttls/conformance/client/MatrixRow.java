package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A client with faults, and the cases that catch it.
 *
 * @param status the verdict of those cases
 * @param cases ids; one that ends with a star stands for all that begin so
 * @param sample the cases that are run too, and catch nothing; empty for those of the test
 */
record MatrixRow(
        Set<ClientFault> faults,
        ClientPolicy policy,
        Status status,
        List<String> cases,
        Optional<List<String>> sample) {
    static MatrixRow failing(ClientFault fault, String... cases) {
        return failing(Set.of(fault), cases);
    }

    static MatrixRow failing(Set<ClientFault> faults, String... cases) {
        return new MatrixRow(faults, ClientPolicy.REQUIRED, Status.FAIL, List.of(cases), Optional.empty());
    }

    static MatrixRow warning(ClientFault fault, String... cases) {
        return new MatrixRow(Set.of(fault), ClientPolicy.REQUIRED, Status.WARN, List.of(cases), Optional.empty());
    }

    MatrixRow under(ClientPolicy other) {
        return new MatrixRow(faults, other, status, cases, sample);
    }

    MatrixRow sampling(String... ids) {
        return new MatrixRow(faults, policy, status, cases, Optional.of(List.of(ids)));
    }

    /** Runs the client against the cases that catch it, and against a sample of the others. */
    void check(Protocol protocol, List<String> usualSample) {
        List<String> others = sample.orElse(usualSample);
        List<ClientCase> run = ClientSuite.cases(protocol).stream()
                .filter(each -> matches(each.id()) || others.contains(each.id()))
                .toList();
        TargetReport report = ClientHarness.run(protocol, policy, ClientHarness.client(protocol, policy, faults), run);
        Set<String> expected =
                run.stream().map(ClientCase::id).filter(this::matches).collect(Collectors.toCollection(TreeSet::new));
        assertThat(expected).as("cases that exist").isNotEmpty();
        assertThat(ClientHarness.ids(report, status))
                .as(ClientHarness.described(report))
                .isEqualTo(expected);
    }

    /** Whether the row shows that the case catches a client that does something wrong, and not only says so. */
    boolean shows(ClientCase one) {
        Status worst = one.check().level() == Level.SHOULD ? Status.WARN : Status.FAIL;
        return matches(one.id()) && status == worst && !faults.equals(Set.of(ClientFault.ALWAYS_REPORTS_SUCCESS));
    }

    private boolean matches(String id) {
        return cases.stream()
                .anyMatch(glob ->
                        glob.endsWith("*") ? id.startsWith(glob.substring(0, glob.length() - 1)) : id.equals(glob));
    }

    @Override
    public String toString() {
        return new TreeSet<>(faults) + " " + policy.key();
    }
}
