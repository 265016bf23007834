package dev.starttls.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A domain whose servers are silent holds up no other. */
class LookupsTest {
    @Test
    void after_the_time_of_a_domain_nothing_is_asked_and_an_answer_that_is_known_is_given() {
        FakeDns dns = new FakeDns().mx("example.org", "mx.example.org");
        Lookups none = new Lookups(dns, Duration.ZERO);
        assertThat(none.ask("example.org", DnsType.MX)).isInstanceOfSatisfying(DnsAnswer.Failed.class, failed -> {
            assertThat(failed.cause()).isEqualTo(DnsAnswer.Failure.TIMEOUT);
            assertThat(failed.detail()).contains("the time for questions about this domain");
        });
        assertThat(dns.asked("MX example.org")).isZero();
        assertThat(new Lookups(dns).ask("example.org", DnsType.MX).records(DnsRecord.Mx.class))
                .hasSize(1);
    }
}
