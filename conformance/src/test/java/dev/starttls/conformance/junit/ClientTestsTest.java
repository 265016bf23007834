package dev.starttls.conformance.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.FunctionUnderTest;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.core.testing.LaunchedByTest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.opentest4j.TestAbortedException;

/** The kit as the build of a client runs it. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ClientTestsTest {
    @LaunchedByTest
    static class Good {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ClientTests.imap(FunctionUnderTest.good(Protocol.IMAP)::run)
                    .only("UP-C-0*")
                    .skip("UP-C-03*", "UP-C-02b")
                    .patience(Duration.ofSeconds(1))
                    .tests();
        }
    }

    @LaunchedByTest
    static class Stripped {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ClientTests.smtp(FunctionUnderTest.stripped(Protocol.SMTP)::run)
                    .only("UP-C-00", "UP-C-01a")
                    .tests();
        }
    }

    @LaunchedByTest
    static class Opportunistic {
        @TestFactory
        Stream<DynamicNode> conformance(TestReporter reporter) {
            return ClientTests.pop3(FunctionUnderTest.stripped(Protocol.POP3)::run)
                    .policy(ClientPolicy.OPPORTUNISTIC)
                    .only("UP-C-01a")
                    .tests(reporter);
        }
    }

    @LaunchedByTest
    static class Accepting {
        @TestFactory
        Stream<DynamicNode> conformance(TestReporter reporter) {
            return ClientTests.smtp(FunctionUnderTest.stripped(Protocol.SMTP)::run)
                    .only("UP-C-01a")
                    .accept("UP-C-01a", "until version 2")
                    .tests(reporter);
        }
    }

    @LaunchedByTest
    static class Unable {
        @TestFactory
        Stream<DynamicNode> conformance() {
            FunctionUnderTest good = FunctionUnderTest.good(Protocol.SMTP);
            return ClientTests.smtp((host, port, user, password, trust) -> {
                        if (user.startsWith("up-c-01a")) {
                            throw new TestAbortedException("it has no such option");
                        }
                        good.run(host, port, user, password, trust);
                    })
                    .only("UP-C-01a")
                    .tests();
        }
    }

    @LaunchedByTest
    static class Hanging {
        @TestFactory
        Stream<DynamicNode> conformance() {
            FunctionUnderTest good = FunctionUnderTest.good(Protocol.SMTP);
            return ClientTests.smtp((host, port, user, password, trust) -> {
                        if (user.startsWith("up-c-01a")) {
                            new CountDownLatch(1).await();
                        }
                        good.run(host, port, user, password, trust);
                    })
                    .only("UP-C-01a")
                    .timeout(Duration.ofSeconds(2))
                    .tests();
        }
    }

    @LaunchedByTest
    static class Queueing {
        @TestFactory
        Stream<DynamicNode> conformance() {
            FunctionUnderTest good = FunctionUnderTest.good(Protocol.SMTP);
            return ClientTests.smtp((host, port, user, password, trust) -> {
                        try {
                            good.run(host, port, user, password, trust);
                        } catch (IOException e) {
                            // It will be tried again, as a queue does.
                            return;
                        }
                    })
                    .only("UP-C-01a", "UP-C-19a")
                    .ignoringResult()
                    .tests();
        }
    }

    @LaunchedByTest
    static class Absent {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ClientTests.smtp((host, port, user, password, trust) -> {
                        throw new IllegalStateException("not configured");
                    })
                    .only("UP-C-01a")
                    .tests();
        }
    }

    @LaunchedByTest
    static class Nothing {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ClientTests.smtp((host, port, user, password, trust) -> {})
                    .only("UP-C-99")
                    .tests();
        }
    }

    @Test
    void a_good_client_passes_and_every_case_is_a_test_with_id_and_title() {
        LaunchedTests seen = LaunchedTests.of(Good.class);
        assertThat(seen.results().values()).noneMatch(result -> result.getStatus() == Status.FAILED);
        assertThat(seen.results())
                .containsKey("client:imap: the client connects to a well-behaved server")
                .containsKey("UP-C-01a does nothing without TLS where the upgrade is not offered");
        assertThat(seen.named("UP-C-01a").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.named("UP-C-04a").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.results().keySet()).noneMatch(name -> name.startsWith("UP-C-02b"));
        assertThat(seen.containers()).contains("Upgrade");
    }

    @Test
    void a_faulty_client_fails_with_clause_finding_transcript_and_remedy() {
        LaunchedTests seen = LaunchedTests.of(Stripped.class);
        assertThat(seen.named("UP-C-00").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.named("UP-C-01a").getStatus()).isEqualTo(Status.FAILED);
        assertThat(seen.message("UP-C-01a"))
                .startsWith("UP-C-01a does nothing without TLS where the upgrade is not offered\n  found   sent ")
                .contains("  clause  RFC 3207")
                .contains("  why     ")
                .contains("  fix     ")
                .contains("AUTH PLAIN (concealed)");
    }

    @Test
    void what_the_policy_allows_passes_and_is_published() {
        LaunchedTests seen = LaunchedTests.of(Opportunistic.class);
        assertThat(seen.named("UP-C-01a").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.entries().get("UP-C-01a")).contains("(allowed by this policy)");
    }

    @Test
    void an_accepted_failure_passes_and_is_published_with_the_reason() {
        LaunchedTests seen = LaunchedTests.of(Accepting.class);
        assertThat(seen.named("UP-C-01a").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.entries().get("UP-C-01a")).endsWith("; accepted: until version 2");
    }

    @Test
    void a_case_that_the_client_cannot_do_is_aborted_with_its_reason() {
        assertThat(LaunchedTests.of(Unable.class).message("UP-C-01a"))
                .isEqualTo("skipped: the client cannot do this case: it has no such option");
    }

    @Test
    void where_the_result_is_ignored_what_only_it_can_show_is_aborted() {
        LaunchedTests seen = LaunchedTests.of(Queueing.class);
        assertThat(seen.named("UP-C-00").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.named("UP-C-01a").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.message("UP-C-19a"))
                .isEqualTo(
                        "inconclusive: only what the client reports of its success can show it, and that is not known:"
                                + " it returned, which is ignored");
    }

    @Test
    void a_call_that_does_not_end_is_interrupted_and_its_case_says_so() {
        LaunchedTests seen = LaunchedTests.of(Hanging.class);
        assertThat(seen.named("UP-C-01a").getStatus()).isEqualTo(Status.ABORTED);
        assertThat(seen.message("UP-C-01a"))
                .isEqualTo("inconclusive: the client did not connect: interrupted after 2000 ms");
    }

    @Test
    void a_client_that_never_connects_fails_once_and_aborts_the_rest() {
        LaunchedTests seen = LaunchedTests.of(Absent.class);
        assertThat(seen.results().values())
                .extracting(TestExecutionResult::getStatus)
                .containsExactly(Status.FAILED, Status.ABORTED, Status.ABORTED);
        assertThat(seen.message("UP-C-01a"))
                .startsWith("not tested: the client never connected")
                .contains("IllegalStateException: not configured");
    }

    @Test
    void a_selection_that_leaves_nothing_is_a_mistake_and_reported() {
        assertThat(LaunchedTests.of(Nothing.class).message("conformance"))
                .contains("none is left")
                .contains("UP-C-99");
    }

    @Test
    void settings_that_cannot_be_are_refused() {
        ClientTests tests =
                ClientTests.smtp((host, port, user, password, trust) -> {}).levels(Level.MUST);
        assertThatThrownBy(() -> tests.timeout(Duration.ZERO)).hasMessageContaining("expected a positive time");
        assertThatThrownBy(() -> tests.parallel(0)).hasMessageContaining("expected at least 1");
        assertThatThrownBy(() -> tests.accept("UP-C-01a", " ")).hasMessageContaining("expected why");
        assertThatThrownBy(() -> tests.accept("UP-C-99", "a reason").tests())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no check 'UP-C-99'");
    }
}
