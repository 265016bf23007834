package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.subject.Attempt;
import dev.starttls.conformance.client.subject.ClientUnderTest;
import dev.starttls.conformance.client.subject.Ending;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each connection of a client is judged by itself, and what is not seen of them is not taken for good. */
class EachConnectionTest {
    private static final int MORE_THAN_ARE_SERVED = 70;
    private static final int MORE_THAN_IS_KEPT = 20_100;
    private static final int APPLICATION_DATA = 23;

    private static ClientUnderTest client(Set<ClientFault> faults) {
        return ClientHarness.client(Protocol.SMTP, ClientPolicy.REQUIRED, faults);
    }

    private static CheckResult result(ClientUnderTest client, String id) {
        List<ClientCase> one = ClientSuite.cases(Protocol.SMTP).stream()
                .filter(each -> each.id().equals(id))
                .toList();
        TargetReport report = ClientHarness.run(Protocol.SMTP, ClientPolicy.REQUIRED, client, one);
        return report.results().get(0);
    }

    /** Runs another client so many times in the first run of a case, and in its second. */
    private static ClientUnderTest connecting(int timesFirst, int timesThen, ClientUnderTest client) {
        Map<String, Integer> runs = new HashMap<>();
        return attempt -> {
            int times = runs.merge(attempt.caseId(), 1, Integer::sum) == 1 ? timesFirst : timesThen;
            Ending ending = client.run(attempt);
            for (int i = 1; i < times; i++) {
                ending = client.run(attempt);
            }
            return ending;
        };
    }

    @Test
    void a_client_that_tries_again_is_not_blamed_for_it() {
        ClientUnderTest discards = client(Set.of(ClientFault.DISCARDS_OCTETS_FROM_PLAINTEXT));
        CheckResult result = result(connecting(1, 2, discards), "UP-C-04a");
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.PASS);
    }

    @Test
    void a_client_that_tried_again_before_is_not_let_off_for_it() {
        ClientUnderTest keeps = client(Set.of(ClientFault.KEEPS_OCTETS_FROM_PLAINTEXT));
        CheckResult result = result(connecting(3, 1, keeps), "UP-C-04a");
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.FAIL);
    }

    /** Does something on connections of its own in a case, and before that what a good client does. */
    private static ClientUnderTest then(Raw raw) {
        ClientUnderTest good = client(Set.of());
        return attempt -> {
            Ending ending = good.run(attempt);
            if (!attempt.caseId().equals("control")) {
                try {
                    raw.run(attempt);
                } catch (IOException e) {
                    return Ending.of(Ending.Kind.FAILURE, String.valueOf(e.getMessage()));
                }
            }
            return ending;
        };
    }

    @FunctionalInterface
    private interface Raw {
        void run(Attempt attempt) throws IOException;
    }

    /** A connection in plaintext, from the greeting to the answer to QUIT. */
    private static void plaintext(Attempt attempt, byte[] octets) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), attempt.port());
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            String greeting = in.readLine();
            if (greeting == null) {
                throw new IOException("no greeting");
            }
            OutputStream out = socket.getOutputStream();
            out.write(octets);
            out.write("QUIT\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            String line = in.readLine();
            while (line != null && !line.startsWith("221")) {
                line = in.readLine();
            }
        }
    }

    private static byte[] record(String content) {
        byte[] octets = ("xxxxx" + content).getBytes(StandardCharsets.ISO_8859_1);
        octets[0] = APPLICATION_DATA;
        octets[1] = 3;
        octets[2] = 3;
        octets[3] = (byte) (content.length() >> 8);
        octets[4] = (byte) content.length();
        return octets;
    }

    @Test
    void credentials_with_the_header_of_a_record_before_them_are_credentials_in_plaintext() {
        CheckResult result = result(
                then(attempt -> {
                    String login = "\0" + attempt.user() + "\0" + attempt.password();
                    plaintext(
                            attempt,
                            record("AUTH PLAIN "
                                    + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8))));
                }),
                "UP-C-01a");
        assertThat(result.verdict().status()).isEqualTo(Status.FAIL);
        assertThat(result.verdict().detail()).contains("credentials");
    }

    @Test
    void other_text_with_the_header_of_a_record_before_it_is_plaintext_where_no_handshake_began() {
        CheckResult result = result(then(attempt -> plaintext(attempt, record("MAIL FROM:<a@b>"))), "UP-C-01a");
        assertThat(result.verdict().status()).isEqualTo(Status.FAIL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UP-C-01a", "UP-C-04a"})
    void a_client_that_connects_more_often_than_is_served_passes_nothing(String id) {
        CheckResult result = result(
                then(attempt -> {
                    for (int i = 0; i < MORE_THAN_ARE_SERVED; i++) {
                        plaintext(attempt, new byte[0]);
                    }
                }),
                id);
        assertThat(result.verdict().status()).as(result.verdict().detail()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(result.verdict().detail()).contains("more than 64 times");
    }

    @Test
    void a_client_that_sends_more_than_is_kept_passes_nothing_and_fails_by_what_is_kept() {
        byte[] many = "NOOP\r\n".repeat(MORE_THAN_IS_KEPT).getBytes(StandardCharsets.ISO_8859_1);
        CheckResult harmless = result(then(attempt -> plaintext(attempt, many)), "UP-C-01a");
        assertThat(harmless.verdict().status()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(harmless.verdict().unanswered()).isTrue();

        CheckResult exposed = result(
                then(attempt -> {
                    plaintext(attempt, many);
                    plaintext(attempt, "MAIL FROM:<a@example.org>\r\n".getBytes(StandardCharsets.ISO_8859_1));
                }),
                "UP-C-01a");
        assertThat(exposed.verdict().status()).isEqualTo(Status.FAIL);
    }
}
