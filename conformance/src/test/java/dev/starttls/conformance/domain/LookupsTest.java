package dev.starttls.conformance.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A domain whose servers are silent holds up no other. */
class LookupsTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final FakeDns dns =
            new FakeDns().mx("example.org", "mx.example.org").address("mx.example.org", "192.0.2.1");
    private final AtomicLong now = new AtomicLong();

    @Test
    void the_time_of_answers_is_bounded_and_what_is_known_is_given_after_it_too() {
        Lookups lookups = new Lookups(
                (name, type) -> {
                    now.addAndGet(Duration.ofMinutes(3).toNanos());
                    return dns.ask(name, type);
                },
                LIMIT,
                now::get);
        assertThat(lookups.ask("example.org", DnsType.MX).records(DnsRecord.Mx.class))
                .hasSize(1);
        assertThat(lookups.ask("mx.example.org", DnsType.A).records(DnsRecord.Address.class))
                .hasSize(1);
        assertThat(lookups.ask("mx.example.org", DnsType.CAA))
                .isInstanceOfSatisfying(DnsAnswer.Failed.class, failed -> {
                    assertThat(failed.cause()).isEqualTo(DnsAnswer.Failure.TIMEOUT);
                    assertThat(failed.detail()).contains("the time for questions about this domain, 300 s, is over");
                });
        assertThat(dns.asked("CAA mx.example.org")).isZero();
        assertThat(lookups.ask("example.org", DnsType.MX).records(DnsRecord.Mx.class))
                .hasSize(1);
    }

    @Test
    void the_time_between_questions_in_which_servers_are_checked_does_not_count() {
        Lookups lookups = new Lookups(dns, LIMIT, now::get);
        assertThat(lookups.ask("example.org", DnsType.MX)).isInstanceOf(DnsAnswer.Found.class);
        now.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(lookups.ask("mx.example.org", DnsType.A)).isInstanceOf(DnsAnswer.Found.class);
    }
}
