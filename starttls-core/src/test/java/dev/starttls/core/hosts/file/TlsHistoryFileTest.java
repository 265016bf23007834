package dev.starttls.core.hosts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsUse;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TlsHistoryFileTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final HostService MX = new HostService("mx.example.org", 25, "smtp");
    private static final HostService IMAP = new HostService("2001:db8::1", -1, "imap");

    @TempDir
    Path folder;

    private final List<TlsHistoryFile.SkippedLine> skipped = new ArrayList<>();

    @Test
    void what_one_process_remembers_the_next_one_knows() throws IOException {
        TlsUse use = new TlsUse(
                NOON,
                NOON.plusNanos(5),
                "TLSv1.3",
                List.of("STARTTLS", "SIZE 1,000 100%"),
                Optional.of("sha256/a+b/c="));
        try (TlsHistoryFile history = open()) {
            history.used(MX, use);
            history.used(IMAP, use(NOON));
            assertThat(file()).doesNotExist();
        }
        assertThat(Files.readAllLines(file()))
                .containsExactly(
                        "# With which hosts TLS was used: see dev.starttls.core.hosts.file.TlsHistoryFile",
                        "smtp mx.example.org 25 2026-03-01T12:00:00Z 2026-03-01T12:00:00.000000005Z TLSv1.3"
                                + " sha256/a+b/c= STARTTLS,SIZE%201%2C000%20100%25",
                        "imap 2001:db8::1 -1 2026-03-01T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - -");
        try (TlsHistoryFile history = open()) {
            assertThat(history.recall(MX)).contains(use);
            assertThat(history.recall(IMAP)).contains(use(NOON));
            assertThat(history)
                    .hasToString("TlsHistoryFile[" + file().toRealPath() + ", 2 of 10 services, 0 to be written]");
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("history", "history.lock");
        }
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                    .isEqualTo("rw-------");
        }
        assertThat(skipped).isEmpty();
    }

    @Test
    void lines_that_cannot_be_read_are_reported_and_left_out() throws IOException {
        Files.writeString(
                file(),
                String.join(
                        "\n",
                        "# a comment",
                        "smtp a 25 2026-03-01T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - -",
                        "smtp b 25 2026-03-01T12:00:00Z",
                        "smtp c many 2026-03-01T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - -",
                        "",
                        "smtp d 25 yesterday 2026-03-01T12:00:00Z TLSv1.3 - -",
                        "smtp e 25 2026-03-02T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - -",
                        "smtp f 25 2026-03-01T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - %4",
                        "smtp g 25 2026-03-01T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - %zz",
                        "smtp h 99999 2026-03-01T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - -",
                        "\u0000\u001b\u00ff" + "x".repeat(300_000),
                        "smtp z 25 2026-03-01T12:00:00Z 2026-03-01T12:00:00Z TLSv1.3 - -"),
                StandardCharsets.ISO_8859_1);
        try (TlsHistoryFile history = open()) {
            assertThat(history.uses().keySet()).extracting(HostService::host).containsExactly("a", "z");
            assertThat(skipped)
                    .extracting(TlsHistoryFile.SkippedLine::number)
                    .containsExactly(3, 4, 6, 7, 8, 9, 10, 11);
            assertThat(skipped)
                    .allSatisfy(line ->
                            assertThat(line.line()).hasSizeBetween(1, 200).isPrintable());
            assertThat(skipped.get(0).reason()).isEqualTo("expected 8 fields, got 4");
            assertThat(skipped.get(1).reason()).isEqualTo("expected the number of a port, got many");
            assertThat(skipped.get(3).reason()).contains("firstUsed: expected no later time");
            assertThat(skipped.get(7).line()).startsWith("???xxx");
            history.used(MX, use(NOON));
        }
        skipped.clear();
        try (TlsHistoryFile history = open()) {
            assertThat(history.uses()).hasSize(3);
        }
        assertThat(skipped).isEmpty();
    }

    @Test
    void whatever_octets_a_file_has_the_good_lines_between_them_are_read() throws IOException {
        Random random = new Random(6);
        for (int run = 0; run < 300; run++) {
            byte[] garbage = new byte[random.nextInt(400)];
            random.nextBytes(garbage);
            String good = TlsHistoryLine.of(MX, use(NOON));
            byte[] cut = good.getBytes(StandardCharsets.ISO_8859_1);
            if (random.nextBoolean()) {
                cut[random.nextInt(cut.length)] = (byte) random.nextInt(256);
                garbage = cut;
            }
            Files.write(
                    file(),
                    (new String(garbage, StandardCharsets.ISO_8859_1) + "\n" + TlsHistoryLine.of(IMAP, use(NOON)))
                            .getBytes(StandardCharsets.ISO_8859_1));
            try (TlsHistoryFile history = open()) {
                assertThat(history.recall(IMAP)).contains(use(NOON));
            }
        }
    }

    @Test
    void any_value_is_read_as_it_was_written() {
        Random random = new Random(7);
        for (int run = 0; run < 2_000; run++) {
            HostService service =
                    new HostService("h" + text(random, 20), random.nextInt(65_537) - 1, "p" + text(random, 5));
            List<String> offered = Stream.generate(() -> "c" + text(random, 30))
                    .limit(random.nextInt(5))
                    .toList();
            Instant first = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000))
                    .plusSeconds(Integer.MAX_VALUE)
                    .plusSeconds(1);
            TlsUse use = new TlsUse(
                    first,
                    first.plusSeconds(random.nextInt(1_000)),
                    text(random, 8),
                    offered,
                    Optional.of(text(random, 50)).filter(hash -> !hash.isEmpty()));
            String line = TlsHistoryLine.of(service, use);
            assertThat(line).matches("[!-~]+( [!-~]+){7}");
            assertThat(TlsHistoryLine.parse(line)).isEqualTo(new TlsHistoryLine(service, use));
        }
        assertThat(TlsHistoryLine.parse(TlsHistoryLine.of(
                        new HostService("-", 1, "%"), new TlsUse(NOON, NOON, "-", List.of("-", ""), Optional.empty()))))
                .isEqualTo(new TlsHistoryLine(
                        new HostService("-", 1, "%"), new TlsUse(NOON, NOON, "-", List.of("-", ""), Optional.empty())));
    }

    @Test
    void two_that_use_the_file_at_once_learn_from_one_another_at_each_flush() throws IOException {
        try (TlsHistoryFile one = open();
                TlsHistoryFile two = open()) {
            one.used(MX, use(NOON));
            one.flush();
            assertThat(two.recall(MX)).isEmpty();
            two.used(IMAP, use(NOON));
            two.flush();
            assertThat(two.uses()).containsOnlyKeys(MX, IMAP);
            one.flush();
            assertThat(one.uses()).as("read without having written").containsOnlyKeys(MX, IMAP);

            two.used(MX, use(NOON.plus(Duration.ofHours(3))));
            one.forget(MX);
            one.flush();
            assertThat(one.uses()).containsOnlyKeys(IMAP);
            two.flush();
            assertThat(two.recall(MX).orElseThrow().firstUsed())
                    .as("forgotten, and used again")
                    .isEqualTo(NOON.plus(Duration.ofHours(3)));
            one.forget(MX);
            one.used(MX, use(NOON.plus(Duration.ofHours(4))));
            one.flush();
            assertThat(one.recall(MX).orElseThrow().firstUsed()).isEqualTo(NOON.plus(Duration.ofHours(4)));
        }
    }

    @Test
    void processes_that_write_at_once_lose_nothing_of_one_another() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            processes.add(HistoryProcess.start("use", file().toString(), name, "40"));
        }
        for (Process process : processes) {
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        try (TlsHistoryFile history = TlsHistoryFile.open(file(), 1_000, skipped::add)) {
            assertThat(history.uses()).hasSize(120);
        }
        assertThat(skipped).isEmpty();
    }

    @Test
    void while_a_flush_waits_for_another_process_connections_do_not() throws Exception {
        Process other = HistoryProcess.start("hold", file().toString());
        assertThat(HistoryProcess.firstLine(other)).isEqualTo("holds true");
        try (TlsHistoryFile history = open()) {
            history.used(MX, use(NOON));
            CompletableFuture<Void> flushed = CompletableFuture.runAsync(() -> {
                try {
                    history.flush();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            history.used(IMAP, use(NOON));
            assertThat(history.recall(IMAP)).isPresent();
            history.forget(MX);
            assertThat(history.recall(MX)).isEmpty();
            assertThat(flushed).isNotDone();
            other.getOutputStream().close();
            flushed.get(60, TimeUnit.SECONDS);
            assertThat(history.uses()).as("what came meanwhile").containsOnlyKeys(IMAP);
        }
        try (TlsHistoryFile history = open()) {
            assertThat(history.uses()).containsOnlyKeys(IMAP);
        }
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void what_could_not_be_written_is_kept_for_the_next_flush() throws IOException {
        try (TlsHistoryFile history = open()) {
            history.used(MX, use(NOON));
            try (FileChannel turns = FileChannel.open(
                            folder.resolve("history.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock turn = turns.lock()) {
                assertThat(turn.isValid()).isTrue();
                assertThatThrownBy(history::flush)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("flush again");
            }
            history.forget(IMAP);
            assertThat(history.recall(MX)).isPresent();
            assertThat(file()).doesNotExist();
            history.flush();
            assertThat(Files.readAllLines(file())).hasSize(2);
        }
    }

    @Test
    void a_file_in_no_folder_cannot_be_written_and_one_that_is_a_folder_cannot_be_read() throws IOException {
        TlsHistoryFile nowhere = TlsHistoryFile.open(folder.resolve("none/history"), 10, skipped::add);
        nowhere.flush();
        nowhere.used(MX, use(NOON));
        assertThatThrownBy(nowhere::close).isInstanceOf(NoSuchFileException.class);
        Files.createDirectory(folder.resolve("none"));
        nowhere.close();
        nowhere.close();
        nowhere.used(IMAP, use(NOON));
        nowhere.flush();
        assertThat(Files.readAllLines(folder.resolve("none/history"))).hasSize(2);
        assertThatThrownBy(() -> TlsHistoryFile.open(folder, 10, skipped::add)).isInstanceOf(IOException.class);
    }

    @Test
    void it_is_bounded_in_memory_and_in_the_file_however_many_hosts_come() throws IOException {
        try (TlsHistoryFile history = open()) {
            history.used(MX, use(NOON));
            history.used(MX, use(NOON.plus(Duration.ofDays(2))));
            for (int i = 0; i < 1_000; i++) {
                history.used(new HostService("h" + i, 25, "smtp"), use(NOON.plus(Duration.ofDays(2))));
                if (i % 300 == 0) {
                    history.flush();
                }
            }
            assertThat(history.uses()).hasSize(10).containsKey(MX);
            assertThat(history.toString()).matches(".*10 of 10 services, (\\d|1\\d|20) to be written]");
        }
        assertThat(Files.readAllLines(file())).hasSize(11);
        try (TlsHistoryFile history = open()) {
            assertThat(history.uses()).hasSize(10).containsKey(MX);
        }
    }

    private TlsHistoryFile open() throws IOException {
        return TlsHistoryFile.open(file(), 10, skipped::add);
    }

    private Path file() {
        return folder.resolve("history");
    }

    private static TlsUse use(Instant time) {
        return new TlsUse(time, time, "TLSv1.3", List.of(), Optional.empty());
    }

    private static String text(Random random, int max) {
        String characters = "abcXYZ019 .,;%-_\u00e4\u20ac\n\r\u0000\u007f";
        return random.ints(random.nextInt(max), 0, characters.length())
                .collect(StringBuilder::new, (text, at) -> text.append(characters.charAt(at)), StringBuilder::append)
                .toString()
                .toLowerCase(java.util.Locale.ROOT);
    }
}
