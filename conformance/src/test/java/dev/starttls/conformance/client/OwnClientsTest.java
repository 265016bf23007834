package dev.starttls.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.client.OwnClient.Driver;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.core.nio.UpgradeLoop;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** This project's own clients fail no case under any policy and on any driver, but for what is their engine's. */
class OwnClientsTest {
    /** Why a case does not apply under a policy is in the case; why it may be inconclusive is here. */
    private static final Map<String, String> OUT_OF_REACH = Map.of(
            "IMAP-C-04d", "a library shows nothing to anybody",
            "IMAP-C-10d", "a library shows nothing to anybody",
            "POP3-C-03g", "a library prints nothing",
            "UP-C-61", "an opportunistic client takes the certificate for another name",
            "TLS-C-08", "the loop looks the name up, so that it is localhost",
            "TLS-C-09", "the loop looks the name up, so that it is localhost",
            "TLS-C-10", "the loop looks the name up, so that it is localhost",
            "TLS-C-11c", "the loop looks the name up, so that it is localhost");

    /** What the engine of the Java runtime does wrong, and fails safely: this library does not decrypt what the engine decrypts. */
    private static final Map<String, String> OF_THE_ENGINE =
            Map.of("TLS-C-38c", "SunJSSE refuses empty application data of TLS 1.3 (JDK-8366454)");

    private static UpgradeLoop loop;

    @BeforeAll
    static void start() throws IOException {
        loop = UpgradeLoop.open(1_000, Runnable::run);
        Thread thread = new Thread(loop, "loop of the clients");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterAll
    static void stop() {
        loop.close();
    }

    /** Whether each build runs it, and not the full one alone. */
    private enum Turn {
        ALWAYS,
        FULL;

        static Turn of(Protocol protocol, Driver driver, ClientPolicy policy) {
            boolean each = driver == Driver.BLOCKING
                    ? policy == ClientPolicy.REQUIRED || protocol == Protocol.SMTP
                    : policy == ClientPolicy.REQUIRED && protocol == Protocol.IMAP;
            return each ? ALWAYS : FULL;
        }
    }

    private static Stream<Arguments> clients(Turn turn) {
        return Arrays.stream(Protocol.values()).flatMap(protocol -> Arrays.stream(Driver.values())
                .flatMap(driver -> Arrays.stream(ClientPolicy.values())
                        .filter(policy -> Turn.of(protocol, driver, policy) == turn)
                        .map(policy -> Arguments.of(protocol, driver, policy))));
    }

    /** Each protocol, each driver and each policy at least once. */
    static Stream<Arguments> clients() {
        return clients(Turn.ALWAYS);
    }

    /** All other combinations. */
    static Stream<Arguments> moreClients() {
        return clients(Turn.FULL);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void no_case_fails(Protocol protocol, Driver driver, ClientPolicy policy) {
        assertThatNoneFails(protocol, driver, policy);
    }

    @Tag("more-peers")
    @ParameterizedTest
    @MethodSource("moreClients")
    void no_case_fails_in_the_other_combinations(Protocol protocol, Driver driver, ClientPolicy policy) {
        assertThatNoneFails(protocol, driver, policy);
    }

    private static void assertThatNoneFails(Protocol protocol, Driver driver, ClientPolicy policy) {
        TargetReport report = ClientHarness.run(
                protocol,
                policy,
                driver == Driver.LOOP ? "localhost" : ClientHarness.HOST,
                new OwnClient(protocol, policy, driver, loop),
                ClientSuite.cases(protocol));
        assertThat(report.survey().problem()).isEmpty();
        Set<String> failed = ClientHarness.ids(report, Status.FAIL);
        failed.removeAll(OF_THE_ENGINE.keySet());
        assertThat(failed).as(ClientHarness.described(report)).isEmpty();
        assertThat(ClientHarness.ids(report, Status.INCONCLUSIVE))
                .as(ClientHarness.described(report))
                .isSubsetOf(OUT_OF_REACH.keySet());
    }
}
