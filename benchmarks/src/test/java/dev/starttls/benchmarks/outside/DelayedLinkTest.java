package dev.starttls.benchmarks.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Needs root, {@code ip}, {@code python3} and TUN devices, and runs only with {@code -Dgroups=link -Dstarttls.link=required}. */
@Tag("link")
@Timeout(60)
class DelayedLinkTest {

    @Test
    void a_round_trip_takes_at_least_as_long_as_is_said_and_nothing_is_left_behind() throws Exception {
        assumeTrue(
                !System.getProperty("starttls.link", "no").equals("no"),
                "not asked for: run as root with -Dgroups=link -Dstarttls.link=required");
        assumeTrue(DelayedLink.missing().isEmpty(), () -> DelayedLink.missing().orElse(""));
        String near;
        try (DelayedLink link = DelayedLink.open()) {
            near = DelayedLink.address().replaceAll("2$", "1");
            assertThat(NetworkInterface.getByInetAddress(InetAddress.getByName(near)))
                    .isNotNull();
            assertThat(link.delay(20).low()).isGreaterThanOrEqualTo(20);
            assertThat(link.delay(5).low()).isGreaterThanOrEqualTo(5);
        }
        assertThat(NetworkInterface.getByInetAddress(InetAddress.getByName(near)))
                .isNull();
        assertThat(namespaces()).doesNotContain("stb" + ProcessHandle.current().pid() % 1_000_000);
    }

    private static String namespaces() throws IOException, InterruptedException {
        return Commands.run(List.of("ip", "netns", "list"));
    }
}
