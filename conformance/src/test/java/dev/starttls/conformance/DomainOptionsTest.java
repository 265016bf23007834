package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainOptionsTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, 53",
        "127.0.0.1:5353, 127.0.0.1, 5353",
        "::1, 0:0:0:0:0:0:0:1, 53",
        "[::1], 0:0:0:0:0:0:0:1, 53",
        "[::1]:5353, 0:0:0:0:0:0:0:1, 5353"
    })
    void a_resolver_is_a_host_and_perhaps_a_port(String text, String address, int port) throws UsageException {
        assertThat(HostAndPort.toConnect("--resolver", text, 53).getAddress().getHostAddress())
                .isEqualTo(address);
        assertThat(HostAndPort.toConnect("--resolver", text, 53).getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", ":53", "127.0.0.1:dns", "[::1]:x", ""})
    void what_is_no_resolver_is_refused(String text) {
        assertThatThrownBy(() -> HostAndPort.toConnect("--resolver", text, 53))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--resolver: ");
    }

    @ParameterizedTest
    @CsvSource({
        "--port, 0, mx:example.org",
        "--mta-sts-port, 70000, mx:example.org",
        "--server-name, mx.example.org, mx:example.org",
        "--trust-anchor, no/such/file, mx:example.org",
        "--port, 25, mx:",
        "--port, 25, domain:user@"
    })
    void wrong_usage_is_said_before_anything_is_asked(String option, String value, String target) {
        InProcess run = InProcess.run(List.of("--resolver", "127.0.0.1:9", option, value, target));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void a_resolver_that_is_not_there_leaves_everything_open() {
        InProcess run = InProcess.run(List.of("--resolver", "127.0.0.1:9", "--timeout", "2", "mx:example.org"));
        assertThat(run.status()).isEqualTo(3);
        assertThat(run.words()).contains("no answer about the MX records of example.org");
    }
}
