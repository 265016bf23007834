package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The cases that only one protocol has, run with one client of the tests.
 *
 * @param slow the cases in which a good client waits for as long as the server does: run for faults only where they are
 *     expected to catch one
 */
record FaultMatrix(Protocol protocol, Set<String> slow) {
    private static final int SAMPLE = 3;

    /** A client with a fault, the cases that it fails, and those by which it is warned. */
    record Row(ClientPolicy policy, ClientFault fault, Set<String> failed, Set<String> warned) {
        /** Whether the row shows that the case catches a client. */
        boolean shows(ClientCase one) {
            return (one.check().level() == Level.SHOULD ? warned : failed).contains(one.id());
        }

        @Override
        public String toString() {
            return fault + " " + policy.key();
        }
    }

    /** A faulty client fails exactly these cases, and is warned of exactly these. */
    void assertCaught(Row row) {
        Set<String> failed = row.failed();
        Set<String> warned = row.warned();
        List<ClientCase> cases = ClientSuite.profile(protocol).cases().stream()
                .filter(each -> failed.contains(each.id())
                        || warned.contains(each.id())
                        || (!slow.contains(each.id()) && sampled(row.fault(), each)))
                .toList();
        TargetReport report = run(row.policy(), Set.of(row.fault()), cases);
        assertThat(ClientHarness.ids(report, Status.FAIL))
                .as(ClientHarness.described(report))
                .isEqualTo(new TreeSet<>(failed));
        assertThat(ClientHarness.ids(report, Status.WARN))
                .as(ClientHarness.described(report))
                .isEqualTo(new TreeSet<>(warned));
    }

    /** A good client fails nothing, is warned of nothing, and only these cases do not decide. */
    void assertGood(ClientPolicy policy, Set<String> undecided) {
        TargetReport report =
                run(policy, Set.of(), ClientSuite.profile(protocol).cases());
        assertThat(ClientHarness.ids(report, Status.FAIL))
                .as(ClientHarness.described(report))
                .isEmpty();
        assertThat(ClientHarness.ids(report, Status.WARN))
                .as(ClientHarness.described(report))
                .isEmpty();
        assertThat(ClientHarness.ids(report, Status.INCONCLUSIVE))
                .as(ClientHarness.described(report))
                .isEqualTo(new TreeSet<>(undecided));
    }

    /** With each fault one in three of the other cases is run, and with some fault each of them. */
    private static boolean sampled(ClientFault fault, ClientCase one) {
        return Math.floorMod(one.id().hashCode() + fault.name().hashCode(), SAMPLE) == 0;
    }

    private TargetReport run(ClientPolicy policy, Set<ClientFault> faults, List<ClientCase> cases) {
        return ClientHarness.run(protocol, policy, ClientHarness.client(protocol, policy, faults), cases);
    }
}
