package dev.starttls.conformance.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.DeadPort;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.embedded.EmbeddedServers;
import dev.starttls.conformance.embedded.LibraryServers;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.LaunchedByTest;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;

/** The kit as a build runs it: by JUnit's launcher, from classes that a server author writes. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ConformanceTestsTest {
    private static EmbeddedServers.Running good;
    private static UpgradeLoop loop;
    /** Says it is for submission and knows no STARTTLS. */
    private static String broken;

    /** A profile that the certificate of no server meets. */
    @TempDir
    static Path folder;

    private static Path strict;

    @BeforeAll
    static void start() throws IOException {
        strict = Files.writeString(
                folder.resolve("strict.json"),
                """
                {"name": "Ours", "document": "Security handbook 4", "rules": [
                  {"id": "OURS-01", "title": "keys are long", "clause": "chapter 2", "level": "must",
                   "why": "a test", "fix": "none", "key_bits": {"rsa": 100000, "ec": 100000}},
                  {"id": "OURS-02", "title": "keys are very long", "clause": "chapter 3", "level": "must",
                   "why": "a test", "fix": "none", "key_bits": {"rsa": 100000, "ec": 100000}}]}
                """);
        good = new LibraryServers().start();
        loop = UpgradeLoop.open(100, Runnable::run);
        Thread thread = new Thread(loop);
        thread.setDaemon(true);
        thread.start();
        int port = SmtpServer.named("localhost", (command, session) -> SmtpAnswer.of(250, "Fine"))
                .policy(TlsPolicy.DISABLED)
                .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .socket()
                .getLocalPort();
        broken = "submission://localhost:" + port;
    }

    @AfterAll
    static void stop() {
        good.close();
        loop.closeNow();
    }

    @LaunchedByTest
    static class Good {
        @TestFactory
        Stream<DynamicNode> conformance(TestReporter reporter) {
            return ConformanceTests.of(good.targets().get(0).url())
                    .trust(good.trust().get(0))
                    .only("UP-S-0*", "UP-S-23a", "TLS-S-20c", "TLS-S-06*")
                    .skip("UP-S-07*")
                    .tests(reporter);
        }
    }

    @LaunchedByTest
    static class Broken {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ConformanceTests.of(broken).only("UP-S-02", "UP-S-10").tests();
        }
    }

    @LaunchedByTest
    static class Accepting {
        @TestFactory
        Stream<DynamicNode> conformance(TestReporter reporter) {
            return ConformanceTests.of(broken)
                    .only("UP-S-02", "UP-S-01")
                    .accept("UP-S-02", "for no server in particular")
                    .accept("UP-S-02@submission", "until the new one is there")
                    .accept("UP-S-01@" + broken, "it never fails")
                    .tests(reporter);
        }
    }

    @LaunchedByTest
    static class AcceptingElsewhere {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ConformanceTests.of(broken)
                    .only("UP-S-02")
                    .accept("UP-S-02@smtp", "for another scheme")
                    .tests();
        }
    }

    @LaunchedByTest
    static class Profiled {
        @TestFactory
        Stream<DynamicNode> conformance(TestReporter reporter) {
            return ConformanceTests.of(good.targets().get(0).url())
                    .trust(good.trust().get(0))
                    .only("UP-S-02")
                    .skip("TLS-S-05b", "BSI-02")
                    .profile("bsi-tr-02102-2")
                    .profile(strict.toString())
                    .accept("OURS-01", "a certificate for tests")
                    .tests(reporter);
        }
    }

    @LaunchedByTest
    static class Gone {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ConformanceTests.of("smtp://localhost:" + DeadPort.shared().number())
                    .only("UP-S-02")
                    .tests();
        }
    }

    @LaunchedByTest
    static class Nothing {
        @TestFactory
        Stream<DynamicNode> conformance() {
            return ConformanceTests.of(broken).only("SMTP-S-99").tests();
        }
    }

    @Test
    void a_good_server_passes_and_every_check_is_a_test_with_id_and_title() {
        LaunchedTests seen = LaunchedTests.of(Good.class);
        assertThat(seen.results()).containsKey("UP-S-02 the upgrade command is offered before TLS, without parameters");
        assertThat(seen.results().keySet()).noneMatch(name -> name.startsWith("UP-S-07"));
        assertThat(seen.results().values()).noneMatch(result -> result.getStatus() == Status.FAILED);
        assertThat(seen.named("UP-S-02").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.containers()).contains("Upgrade", "TLS layer");
        assertThat(seen.results().keySet())
                .anyMatch(name -> name.endsWith(" answers"))
                .anyMatch(name -> name.endsWith(" still answers after the checks"));
    }

    @Test
    void a_warning_passes_and_is_published() {
        LaunchedTests seen = LaunchedTests.of(Good.class);
        // The TLS of Java does not accept empty records of TLS 1.3.
        assertThat(seen.named("TLS-S-20c").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.entries()).containsKey("TLS-S-20c");
        assertThat(seen.entries().get("TLS-S-20c")).contains("RFC 8446");
    }

    @Test
    void what_does_not_apply_is_aborted_with_the_reason() {
        LaunchedTests seen = LaunchedTests.of(Good.class);
        assertThat(seen.named("UP-S-23a").getStatus()).isEqualTo(Status.ABORTED);
        assertThat(seen.message("UP-S-23a")).startsWith("skipped: only for implicit TLS");
    }

    @Test
    void a_broken_server_fails_with_clause_finding_transcript_and_remedy() {
        LaunchedTests seen = LaunchedTests.of(Broken.class);
        assertThat(seen.named("UP-S-02").getStatus()).isEqualTo(Status.FAILED);
        assertThat(seen.message("UP-S-02"))
                .startsWith("UP-S-02 the upgrade command is offered before TLS, without parameters")
                .contains("  found   ")
                .contains("  clause  RFC 3207 section 2")
                .contains("  why     ")
                .contains("  fix     ")
                .contains("EHLO");
        assertThat(seen.named("UP-S-10").getStatus()).isEqualTo(Status.ABORTED);
    }

    @Test
    void an_accepted_failure_passes_and_is_published_with_the_reason() {
        LaunchedTests seen = LaunchedTests.of(Accepting.class);
        assertThat(seen.named("UP-S-02").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.entries()).containsOnlyKeys("UP-S-02");
        assertThat(seen.entries().get("UP-S-02"))
                .contains("RFC 3207 section 2")
                .endsWith("; accepted: until the new one is there");
        assertThat(seen.named("UP-S-01").getStatus()).isEqualTo(Status.SUCCESSFUL);
    }

    @Test
    void what_is_accepted_for_other_servers_fails() {
        assertThat(LaunchedTests.of(AcceptingElsewhere.class).named("UP-S-02").getStatus())
                .isEqualTo(Status.FAILED);
    }

    @Test
    void an_acceptance_of_what_no_check_finds_is_a_mistake_and_reported() {
        ConformanceTests tests = ConformanceTests.of(broken);
        assertThatThrownBy(() -> tests.accept("UP-S-02", " ")).hasMessageContaining("expected why 'UP-S-02'");
        assertThatThrownBy(() -> tests.accept("UP-S-99", "a reason").tests())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no check 'UP-S-99'");
    }

    @Test
    void the_rules_of_a_profile_are_tests_too() {
        LaunchedTests seen = LaunchedTests.of(Profiled.class);
        assertThat(seen.containers()).contains("Upgrade", "BSI profile", "OURS profile");
        assertThat(seen.results().keySet()).noneMatch(name -> name.startsWith("BSI-02"));
        assertThat(seen.named("BSI-01").getStatus()).isEqualTo(Status.ABORTED);
        assertThat(seen.message("BSI-01")).startsWith("inconclusive: ").contains("TLS-S-05b, was not run");
        assertThat(seen.named("OURS-01").getStatus()).isEqualTo(Status.SUCCESSFUL);
        assertThat(seen.entries().get("OURS-01")).endsWith("; accepted: a certificate for tests");
        assertThat(seen.named("OURS-02").getStatus()).isEqualTo(Status.FAILED);
        assertThat(seen.message("OURS-02")).contains("Security handbook 4, chapter 3");
    }

    @Test
    void a_profile_that_does_not_exist_is_refused() {
        ConformanceTests tests = ConformanceTests.of(broken);
        assertThatThrownBy(() -> tests.profile("bsi"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mozilla-intermediate");
    }

    @Test
    void a_server_that_is_not_there_fails_once_and_aborts_the_rest() {
        LaunchedTests seen = LaunchedTests.of(Gone.class);
        assertThat(seen.results().values())
                .extracting(TestExecutionResult::getStatus)
                .containsExactly(Status.FAILED, Status.ABORTED, Status.ABORTED);
        assertThat(seen.message("UP-S-02")).startsWith("not checked: cannot connect to");
    }

    @Test
    void a_selection_that_leaves_nothing_is_a_mistake_and_reported() {
        LaunchedTests seen = LaunchedTests.of(Nothing.class);
        assertThat(seen.message("conformance")).contains("none is left").contains("SMTP-S-99");
    }

    @Test
    void a_malformed_url_is_reported_with_the_right_form() {
        assertThatThrownBy(() -> ConformanceTests.of("localhost:25"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SCHEME://HOST");
    }

    @Test
    void settings_that_cannot_be_are_refused() {
        ConformanceTests tests = ConformanceTests.of("smtp://localhost").levels(Level.MUST);
        assertThatThrownBy(() -> tests.timeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tests.parallel(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
