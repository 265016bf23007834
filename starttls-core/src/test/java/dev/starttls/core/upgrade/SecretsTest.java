package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.MemoryLink;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 7: what is reported of a failure or of an upgrade holds no secret, and no more of the peer than one line. */
class SecretsTest {

    private static final String SECRET = "hunter2";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOGIN joe hunter2\n",
                "LOGIN joe hunter2\u0000\r\n",
                "WRONG\r\nLOGIN joe hunter2\r\n",
                "UPGRADE\r\nLOGIN joe hunter2\r\n",
                "LOGIN joe hunter2",
            })
    void what_a_client_said_is_in_no_exception_of_the_server(String said) {
        Endpoint server =
                Endpoint.of(server(TlsPolicy.REQUIRED)).arrive(said).arriveEnd().run();

        assertThat(reported(server)).doesNotContain(SECRET);
        assertThat(server.upgradeFailure().reply()).isEmpty();
    }

    @Test
    void what_a_client_said_inside_tls_is_in_no_exception_of_the_server() throws Exception {
        for (String said : List.of("LOGIN hunter2\n", "WRONG\r\n" + SECRET + "\r\n", "x".repeat(9_000) + SECRET)) {
            BareTls tls = BareTls.client(Connections.TRUSTING).begin();
            Endpoint server = Endpoint.of(server(TlsPolicy.IMPLICIT)).run();
            while (!tls.established()) {
                server.arrive(tls.take()).run().requireNoFailure();
                tls.feed(server.take());
            }
            server.arrive(tls.say(said).take()).run();
            assertThat(server.failure()).isPresent();
            assertThat(reported(server)).doesNotContain(SECRET);
        }
    }

    @Test
    void a_servers_line_is_shown_printable_and_cut_and_no_other_line_with_it() {
        Endpoint client = Connections.proposed(client(TlsPolicy.REQUIRED))
                .arrive("NO \u001b[31m\u0085" + "x".repeat(500) + "\r\nhunter2\r\n")
                .run();

        UpgradeException why = client.upgradeFailure();
        String reply = why.reply().orElseThrow();
        assertThat(reply).startsWith("NO ?[31m?xxx").endsWith("...").hasSizeLessThan(210);
        assertThat(why.getMessage()).contains(reply).doesNotContain(SECRET);
        assertThat(why.getMessage().chars()).allMatch(c -> c >= 32 && c < 127);
    }

    @Test
    void octets_after_the_go_ahead_are_counted_and_not_shown() {
        Endpoint client = Connections.proposed(client(TlsPolicy.REQUIRED))
                .arrive("GO\r\nhunter2\r\n")
                .run();

        assertThat(client.upgradeFailure()).hasMessageContaining("got 9 octets in plaintext");
        assertThat(reported(client)).doesNotContain(SECRET);
    }

    @Test
    void what_the_applications_say_is_in_no_report_and_no_exception() {
        MemoryLink link = MemoryLink.between(client(clientSettings(TlsPolicy.REQUIRED)), server(TlsPolicy.REQUIRED));
        link.client().send("ECHO " + SECRET + "\r\n");
        link.run();
        assertThat(link.client().received()).contains(SECRET);
        link.client().arriveEnd().run();
        link.server().arriveEnd().run();

        assertThat(reported(link.client())).doesNotContain(SECRET);
        assertThat(reported(link.server())).doesNotContain(SECRET);
    }

    /** All that is reported of an endpoint: its exception with all causes, and its report. */
    private static String reported(Endpoint side) {
        StringWriter all = new StringWriter();
        side.failure().orElseThrow().printStackTrace(new PrintWriter(all, true));
        return all + side.connection().report().toString();
    }
}
