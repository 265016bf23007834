package dev.starttls.conformance.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.conformance.target.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LibraryServersTest {
    /** Of a documentation prefix (RFC 5737), which no machine has. */
    private static final String ELSEWHERE = "192.0.2.1";

    @Test
    void without_the_first_address_the_servers_are_on_the_next_and_their_targets_name_it() throws IOException {
        InetAddress loopback = InetAddress.getAllByName("::1")[0];
        try (ServerSocket tried = new ServerSocket(0, 1, loopback)) {
            assertThat(tried.isBound()).isTrue();
        } catch (IOException e) {
            assumeTrue(false, "no ::1: " + e.getMessage());
        }
        LibraryServers servers = new LibraryServers(List.of(InetAddress.getByName(ELSEWHERE), loopback));
        try (EmbeddedServers.Running running = servers.start()) {
            assertThat(running.targets()).hasSize(8).allSatisfy(target -> assertThat(target.address())
                    .contains(loopback));
            Target smtp = running.targets().get(0);
            try (Socket client = new Socket(smtp.address().orElseThrow(), smtp.port())) {
                assertThat(client.getInputStream().read()).isEqualTo('2');
            }
        }
    }

    @Test
    void a_machine_with_none_of_the_addresses_is_an_error_that_names_them() throws IOException {
        LibraryServers servers = new LibraryServers(List.of(InetAddress.getByName(ELSEWHERE)));
        assertThatThrownBy(servers::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no port on " + ELSEWHERE);
    }
}
