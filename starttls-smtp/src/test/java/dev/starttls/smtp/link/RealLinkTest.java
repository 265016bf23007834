package dev.starttls.smtp.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.upgrade.Phase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/**
 * Faults on a real link, which a test in one process has not: segments that are lost, small ones, an end that is cut off.
 * Needs root, {@code ip} and {@code nft}, and is asked for: {@code -Dgroups=link -Dstarttls.link=required} fails where they
 * are missing, {@code =optional} skips.
 */
@Tag("link")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RealLinkTest {

    private static final int FIRST = 2500;
    private static final int SOUND = FIRST + 2 * Cut.values().length;
    /** In seconds, for each phase on both sides: longer than any of them takes on a sound link, also on a busy machine. */
    private static final int LIMIT = 6;

    private static final int UPGRADES = 40;
    private static final int ETHERNET = 1_500;
    private static final int SMALL = 576;

    private static Optional<String> missing = Optional.empty();
    private static Optional<Namespaces> link = Optional.empty();
    private static Optional<Process> server = Optional.empty();
    private static Optional<Process> client = Optional.empty();

    /** What happens to a connection from its cut on. */
    private enum Fault {
        /** Nothing arrives any more. */
        SILENCE("TIMEOUT", "drop", "tcp sport @cut drop\ntcp dport @cut drop\n"),
        /** What the server sends does not arrive. */
        SILENT_SERVER("TIMEOUT", "drop", "tcp dport @cut drop\n"),
        /** What the client sends does not arrive: the server may be the first to give up, and says so. */
        SILENT_CLIENT("TIMEOUT|CONNECTION_CLOSED|TRUNCATED|TURNED_AWAY", "drop", "tcp sport @cut drop\n"),
        /** A middlebox answers each segment with a reset. */
        RESET(
                "TIMEOUT|CONNECTION_CLOSED|TRUNCATED",
                "reject with tcp reset",
                "tcp sport @cut reject with tcp reset\ntcp dport @cut reject with tcp reset\n"),
        /** The link to the client is taken down. */
        LINK_DOWN("TIMEOUT", "drop", "tcp sport @cut drop\ntcp dport @cut drop\n");

        private final String reasons;
        private final String verdict;
        private final String rules;

        Fault(String reasons, String verdict, String rules) {
            this.reasons = reasons;
            this.verdict = verdict;
            this.rules = rules;
        }

        private String table() {
            return table(Cut.sets(), rules + Cut.finished() + cuts());
        }

        private String cuts() {
            return Arrays.stream(Cut.values())
                    .map(cut -> cut.rule(FIRST, verdict))
                    .collect(Collectors.joining());
        }

        private static String table(String sets, String rules) {
            return "table ip faults {\n" + sets + "chain forward { type filter hook forward priority 0;\n" + rules
                    + "}\n}\n";
        }
    }

    @BeforeAll
    static void makeTheLink() throws Exception {
        String wanted = System.getProperty("starttls.link", "no");
        if (wanted.equals("no")) {
            missing = Optional.of("not asked for: run as root with -Dgroups=link -Dstarttls.link=required");
            return;
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            missing = Optional.of("only root may make network namespaces");
        }
        Optional<ExternalProgram> ip = program("ip");
        Optional<ExternalProgram> nft = program("nft");
        if (missing.isPresent()) {
            if (wanted.equals("required")) {
                fail("-Dstarttls.link=required, but " + missing.get());
            }
            return;
        }
        Namespaces made = new Namespaces(ip.orElseThrow(), nft.orElseThrow());
        link = Optional.of(made);
        made.open();
        Path certificate = Files.createTempFile("link", ".der");
        certificate.toFile().deleteOnExit();
        server = Optional.of(start(
                "server",
                LinkServer.class,
                certificate.toString(),
                Integer.toString(FIRST),
                Integer.toString(SOUND + 2 - FIRST),
                Integer.toString(LIMIT)));
        assertThat(answer(server)).isEqualTo("serving");
        client = Optional.of(start(
                "client",
                LinkClient.class,
                certificate.toString(),
                Namespaces.SERVER_ADDRESS,
                Integer.toString(LIMIT)));
        // Once for the classes and the compiler, without a limit in the way.
        upgrade(List.of(SOUND, SOUND + 1));
        heal();
    }

    /** Each test is skipped, and not the class, so that all of them are reported. */
    @BeforeEach
    void skipWithoutTheLink() {
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    }

    @AfterAll
    static void removeTheLink() {
        // They end with their input, too, if this process ends otherwise.
        server.ifPresent(Process::destroyForcibly);
        client.ifPresent(Process::destroyForcibly);
        link.ifPresent(Namespaces::close);
    }

    @Test
    void all_upgrade_on_a_sound_link() throws Exception {
        assertThat(upgrade(List.of(SOUND, SOUND + 1))).containsExactly(SOUND + " READY", (SOUND + 1) + " READY");
        heal();
    }

    @Test
    void all_upgrade_where_segments_are_small() throws Exception {
        link().clientMtu(SMALL);
        try {
            assertThat(upgrade(List.of(SOUND, SOUND + 1))).containsExactly(SOUND + " READY", (SOUND + 1) + " READY");
        } finally {
            link().clientMtu(ETHERNET);
        }
        heal();
    }

    @Test
    void where_one_of_twenty_segments_is_lost_more_than_half_upgrade() throws Exception {
        link().rules(Fault.table("", "numgen random mod 100 < 5 drop\n"));
        List<String> ends = upgrade(
                IntStream.range(0, UPGRADES).mapToObj(i -> SOUND + i % 2).toList());
        assertThat(ends).hasSize(UPGRADES).allSatisfy(end -> assertThat(end)
                .matches("\\d+ (READY|(TIMEOUT|CONNECT_FAILED|CONNECTION_CLOSED|TRUNCATED) [A-Z]+ (hint|NO_HINT))"));
        assertThat(ends.stream().filter(end -> end.endsWith("READY")).count()).isGreaterThan(UPGRADES / 2);
        heal();
    }

    @ParameterizedTest
    @EnumSource
    void a_connection_that_is_cut_in_any_phase_ends_on_both_sides_with_its_reason(Fault fault) throws Exception {
        link().rules(fault.table());
        List<Integer> ports = Arrays.stream(Cut.values())
                .flatMap(cut ->
                        IntStream.of(cut.port(FIRST), cut.port(FIRST) + 1).boxed())
                .toList();
        send(client, ports.stream().map(String::valueOf).collect(Collectors.joining(" ")));
        if (fault == Fault.LINK_DOWN) {
            awaitCuts(ports.size());
            link().clientLink("down");
            link().rules("");
        }
        List<String> ends = answers();
        for (Cut cut : Cut.values()) {
            for (int port = cut.port(FIRST); port < cut.port(FIRST) + 2; port++) {
                assertThat(ends.get(ports.indexOf(port)))
                        .as("%s, %s", fault, cut)
                        .matches(port + " (" + fault.reasons + ") " + cut.phase() + " "
                                + (cut.phase() == Phase.HANDSHAKE ? "hint" : "(hint|NO_HINT)"));
            }
        }
        if (fault == Fault.LINK_DOWN) {
            link().clientLink("up");
        }
        heal();
    }

    /** Takes the faults away and waits until the server has no connection left. */
    private static void heal() throws IOException, InterruptedException {
        send(server, "idle");
        String idle = answer(server);
        link().rules("");
        assertThat(idle).startsWith("idle: ").doesNotContain("UNCAUGHT", "UNTYPED");
    }

    private static void awaitCuts(int all) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT);
        while (link().elements("faults", "cut") < all) {
            assertThat(System.nanoTime())
                    .as("connections are cut within their limits")
                    .isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static List<String> upgrade(List<Integer> ports) throws IOException {
        send(client, ports.stream().map(String::valueOf).collect(Collectors.joining(" ")));
        return answers();
    }

    private static List<String> answers() throws IOException {
        List<String> answers = new ArrayList<>();
        for (String line = answer(client); !line.equals("done"); line = answer(client)) {
            answers.add(line);
        }
        return answers;
    }

    private static void send(Optional<Process> to, String order) throws IOException {
        to.orElseThrow().outputWriter().append(order).append('\n').flush();
    }

    private static String answer(Optional<Process> from) throws IOException {
        BufferedReader output = from.orElseThrow().inputReader();
        String line = output.readLine();
        if (line == null) {
            throw new IOException("Expected an answer, but the process has ended");
        }
        return line;
    }

    private static Process start(String host, Class<?> main, String... arguments) throws IOException {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        java.addAll(List.of(arguments));
        return new ProcessBuilder(link().command(host, java))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static Namespaces link() {
        return link.orElseThrow();
    }

    private static Optional<ExternalProgram> program(String name) {
        try {
            return Optional.of(ExternalProgram.named(name));
        } catch (TestAbortedException e) {
            missing = Optional.of(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
