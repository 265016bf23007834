package dev.starttls.benchmarks.latency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import dev.starttls.benchmarks.report.Results;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class UpgradeCostTest {

    @Test
    void sessions_take_the_round_trips_that_their_protocols_need_and_no_hidden_one() throws Exception {
        List<Results.Upgrade> rows =
                new UpgradeCost(new Rounds(0, 2)).measure(List.of("TLSv1.3"), List.of(new Contexts(KeyKind.EC)), 0);
        Map<String, Integer> roundTrips = rows.stream()
                .collect(Collectors.toMap(
                        row -> row.protocol() + " " + row.session() + " "
                                + row.scenario().handshake(),
                        Results.Upgrade::roundTrips));
        assertThat(roundTrips)
                .containsEntry("SMTP plaintext FULL", 2)
                .containsEntry("SMTP starttls FULL", 5)
                .containsEntry("SMTP starttls RESUMED", 5)
                .containsEntry("SMTP implicit FULL", 3)
                .containsEntry("IMAP starttls FULL", 4)
                .containsEntry("IMAP starttls RESUMED", 4)
                .containsEntry("POP3 starttls FULL", 4)
                .containsEntry("POP3 starttls RESUMED", 4);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.phaseRoundTrips().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum())
                    .isEqualTo(row.roundTrips());
            assertThat(row.phases()).containsKey("CONNECT");
        });
    }
}
