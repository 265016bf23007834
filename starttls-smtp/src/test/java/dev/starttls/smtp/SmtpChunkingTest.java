package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import dev.starttls.core.upgrade.Want;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BDAT (RFC 3030), SMTPUTF8 (RFC 6531), and messages that are larger than what is held of them. */
class SmtpChunkingTest {

    private static final String BEGIN = "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@d.example>\r\n";

    private final Mailbox mailbox = new Mailbox();

    static Stream<Fragmentation> splits() {
        return Stream.concat(
                Stream.of(Fragmentation.WHOLE, Fragmentation.OCTETS),
                IntStream.range(0, 20).mapToObj(Fragmentation::random));
    }

    /** Keeps what comes. */
    private static final class Mailbox implements SmtpDelivery {

        private final List<String> events = new ArrayList<>();
        private final List<CompletableFuture<String>> pauses = new ArrayList<>();
        private Set<String> parameters = Set.of();
        private SmtpEnvelope envelope;
        private long octets;
        private boolean counts;

        @Override
        public Set<String> mailParameters() {
            return parameters;
        }

        @Override
        public SmtpDataReceiver begin(SmtpEnvelope begun) {
            envelope = begun;
            return new SmtpDataReceiver() {
                @Override
                public void line(String line) {
                    octets += line.length() + 2;
                    if (!counts) {
                        events.add(line);
                    }
                }

                @Override
                public Optional<CompletionStage<String>> pause() {
                    if (counts || !events.get(events.size() - 1).equals("pause")) {
                        return Optional.empty();
                    }
                    pauses.add(new CompletableFuture<>());
                    return Optional.of(pauses.get(pauses.size() - 1));
                }

                @Override
                public Optional<SmtpReply> cutOff() {
                    return !counts && events.contains("cut off")
                            ? Optional.of(SmtpReply.of(552, "5.3.4 Enough"))
                            : Optional.empty();
                }

                @Override
                public SmtpReply end() {
                    events.add("END");
                    return SmtpReply.of(250, "2.0.0 Queued");
                }

                @Override
                public void abandoned() {
                    events.add("ABANDONED");
                }
            };
        }
    }

    private Endpoint serve() {
        SmtpTransaction mail = new SmtpTransaction(mailbox, 65_536);
        return Endpoint.of(
                new SmtpServerDialogue("mx.example.org", TlsPolicy.DISABLED, mail, mail.extensions()),
                UpgradeSettings.of(TlsPolicy.DISABLED));
    }

    @ParameterizedTest
    @MethodSource("splits")
    void a_message_in_chunks_is_given_line_by_line_wherever_it_is_cut(Fragmentation fragmentation) {
        Endpoint server = serve().fragmented(fragmentation);
        String pipelined = BEGIN + chunk("Subject: x\r", "") + chunk("\n\r\n..dots\r\n.\r\nQU", "") + chunk("", "")
                + chunk("IT\r\n\u00fc", " LAST") + "QUIT\r\n";
        server.arrive(pipelined).run().requireNoFailure();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "250", "250", "250", "250", "221");
        assertThat(mailbox.events).containsExactly("Subject: x", "", "..dots", ".", "QUIT", "\u00fc", "END");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb\r\n", "a\rb\r\n", "a\u0000b\r\n", "a\r"})
    void a_message_with_anything_but_lines_is_refused_and_over(String text) {
        Endpoint server = serve();
        server.arrive(BEGIN + chunk(text, " LAST") + chunk("QUIT\r\n", " LAST") + "NOOP\r\n")
                .run();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "554", "503", "250");
        assertThat(mailbox.events).contains("ABANDONED").doesNotContain("END");
    }

    @Test
    void a_line_without_end_is_refused_and_not_held() {
        Endpoint server = serve();
        server.arrive(BEGIN + chunk("x".repeat(60_000), "") + "NOOP\r\n").run();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "554", "250");
    }

    @ParameterizedTest
    @MethodSource("splits")
    void the_octets_of_a_chunk_that_is_refused_are_no_commands(Fragmentation fragmentation) {
        Endpoint server = serve().fragmented(fragmentation);
        server.arrive("EHLO c.example\r\n" + chunk("QUIT\r\nQUIT\r\n", " LAST") + "NOOP\r\n")
                .run();
        assertThat(codes(server)).containsExactly("220", "250", "503", "250");
    }

    @ParameterizedTest
    @CsvSource({"'',501", "x,501", "-1 LAST,501", "1 LASTING,501", "9999999999999999999,501", "999999999999 LAST,503"})
    void a_size_that_cannot_be_read_or_skipped_ends_the_connection(String argument, String code) {
        Endpoint server = serve();
        server.arrive("EHLO c.example\r\nBDAT " + argument + "\r\nNOOP\r\n").run();
        assertThat(codes(server)).containsExactly("220", "250", code, "421");
        assertThat(server.ended()).isTrue();
    }

    @Test
    void data_and_recipients_do_not_follow_bdat_but_rset_does() {
        Endpoint server = serve();
        server.arrive(BEGIN + chunk("one\r\n", "") + "DATA\r\nRCPT TO:<c@d.example>\r\nRSET\r\n" + chunk("two", ""))
                .run();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "250", "503", "503", "250", "503");
        assertThat(mailbox.events).containsExactly("one", "ABANDONED");
    }

    @Test
    void a_connection_that_ends_in_a_chunk_abandons_the_message_once() {
        Endpoint server = serve();
        server.arrive(BEGIN + "BDAT 100\r\none\r\n" + "x".repeat(10))
                .arriveEnd()
                .run();
        assertThat(mailbox.events).filteredOn("ABANDONED"::equals).hasSize(1);
        assertThat(mailbox.events).doesNotContain("END");
    }

    @Test
    void a_message_larger_than_announced_is_refused_at_its_end() {
        Endpoint server = serve();
        String lines = "0123456789012345678901234567890123456789\r\n".repeat(1_000);
        server.arrive(BEGIN + chunk(lines, "") + chunk(lines, " LAST") + "NOOP\r\n")
                .run();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "250", "552", "250");
        assertThat(mailbox.events).contains("ABANDONED").doesNotContain("END");
    }

    @Test
    void a_message_that_is_more_than_twice_as_large_is_cut_off() {
        Endpoint server = serve();
        String lines = "0123456789012345678901234567890123456789\r\n".repeat(1_000);
        server.arrive(BEGIN + chunk(lines, "").repeat(4) + "NOOP\r\n").run();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "250", "250", "250", "552", "421");
        assertThat(server.upgradeFailure().reason()).isEqualTo(FailureReason.LIMIT_EXCEEDED);
        assertThat(mailbox.events).filteredOn("ABANDONED"::equals).hasSize(1);
        assertThat(mailbox.events).doesNotContain("END");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DATA", "BDAT 19 LAST"})
    void a_receiver_may_cut_a_message_off(String command) {
        Endpoint server = serve();
        server.arrive(BEGIN + command + "\r\none\r\ncut off\r\ntwo\r\n").run();
        assertThat(codes(server)).endsWith("552", "421");
        assertThat(mailbox.events).containsExactly("one", "cut off", "ABANDONED");
    }

    @Test
    void the_octets_of_a_chunk_that_is_refused_later_are_no_commands() {
        CompletableFuture<SmtpAnswer> answer = new CompletableFuture<>();
        Endpoint server = Endpoint.of(
                new SmtpServerDialogue(
                        "mx.example.org",
                        TlsPolicy.DISABLED,
                        (command, session) -> SmtpAnswer.later(answer),
                        List.of("CHUNKING")),
                UpgradeSettings.of(TlsPolicy.DISABLED));
        server.arrive(chunk("QUIT\r\n", "") + "NOOP\r\n").run();
        assertThat(codes(server)).containsExactly("220");
        answer.complete(SmtpAnswer.of(503, "5.5.1 No"));
        assertThat(codes(server)).containsExactly("503", "250");
    }

    @Test
    void a_receiver_pauses_in_the_middle_of_a_piece() {
        Endpoint server = serve();
        server.arrive(BEGIN + chunk("one\r\npause\r\ntwo\r\npause\r\n", " LAST") + "NOOP\r\n")
                .run();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250");
        assertThat(mailbox.events).containsExactly("one", "pause");
        assertThat(server.connection().want()).isEqualTo(Want.ANSWER);
        mailbox.pauses.get(0).complete("go on");
        assertThat(codes(server)).isEmpty();
        assertThat(mailbox.events).containsExactly("one", "pause", "two", "pause");
        mailbox.pauses.get(1).complete("go on");
        assertThat(codes(server)).containsExactly("250", "250");
    }

    static Stream<CompletionStage<String>> over() {
        return Stream.of(
                CompletableFuture.completedFuture("go on"),
                CompletableFuture.completedFuture(null),
                CompletableFuture.completedStage("go on"));
    }

    /** However many there are: each would be asked for again when it is over. */
    @ParameterizedTest
    @MethodSource("over")
    void a_pause_that_is_over_already_is_none(CompletionStage<String> pause) {
        SmtpDataReceiver lines = new SmtpDataReceiver() {
            @Override
            public void line(String line) {
                mailbox.octets += line.length() + 2;
            }

            @Override
            public Optional<CompletionStage<String>> pause() {
                return Optional.of(pause);
            }

            @Override
            public SmtpReply end() {
                return SmtpReply.of(250, "2.0.0 Queued");
            }
        };
        SmtpTransaction mail = new SmtpTransaction(envelope -> lines, 65_536);
        Endpoint server = Endpoint.of(
                new SmtpServerDialogue("mx.example.org", TlsPolicy.DISABLED, mail, mail.extensions()),
                UpgradeSettings.of(TlsPolicy.DISABLED));
        String text = "\r\n".repeat(8_192);
        server.arrive(BEGIN + chunk(text, "") + chunk(text, " LAST")).run();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "250", "250");
        server.arrive(BEGIN + "DATA\r\n" + text + ".\r\n").run();
        assertThat(codes(server)).containsExactly("250", "250", "250", "354", "250");
        assertThat(mailbox.octets).isEqualTo(3L * text.length());
    }

    @ParameterizedTest
    @MethodSource("over")
    void so_it_is_of_a_receiver_of_chunks_that_has_the_same_each_time(CompletionStage<String> over) {
        CompletableFuture<String> write = new CompletableFuture<>();
        List<CompletionStage<String>> pauses = new ArrayList<>(List.of(over, write));
        SmtpChunkReceiver octets = new SmtpChunkReceiver() {
            @Override
            public void octets(byte[] piece) {
                mailbox.octets += piece.length;
            }

            @Override
            public Optional<CompletionStage<String>> pause() {
                return Optional.of(pauses.get(mailbox.octets > 16_384 ? 1 : 0));
            }

            @Override
            public CompletionStage<SmtpReply> finish() {
                return CompletableFuture.completedFuture(SmtpReply.of(250, "2.0.0 Ok"));
            }
        };
        Endpoint server = Endpoint.of(
                new SmtpServerDialogue(
                        "mx.example.org",
                        TlsPolicy.DISABLED,
                        (command, session) -> new SmtpAnswer.Chunk(octets),
                        List.of("CHUNKING")),
                UpgradeSettings.of(TlsPolicy.DISABLED));
        server.arrive(chunk("x".repeat(20_000), "")).run();
        assertThat(codes(server)).containsExactly("220");
        assertThat(server.connection().want()).isEqualTo(Want.ANSWER);
        write.complete(null);
        assertThat(codes(server)).containsExactly("250");
        assertThat(mailbox.octets).isEqualTo(20_000);
    }

    /** A piece is no longer than what may come in a phase. */
    @ParameterizedTest
    @ValueSource(ints = {128, 8_192, 16_384})
    void chunks_are_read_whatever_a_phase_may_have(int octetsPerPhase) {
        SmtpTransaction mail = new SmtpTransaction(mailbox, 65_536);
        Endpoint server = Endpoint.of(
                new SmtpServerDialogue("mx.example.org", TlsPolicy.DISABLED, mail, mail.extensions()),
                UpgradeSettings.of(TlsPolicy.DISABLED)
                        .withLimits(UpgradeLimits.DEFAULT.withLineOctets(128).withOctetsPerPhase(octetsPerPhase)));
        server.arrive(BEGIN + chunk("0123456789\r\n".repeat(2_000), " LAST") + "NOOP\r\n")
                .run()
                .requireNoFailure();
        assertThat(codes(server)).containsExactly("220", "250", "250", "250", "250", "250");
        assertThat(mailbox.events).hasSize(2_001).endsWith("END");
    }

    @Test
    void a_command_that_is_too_long_ends_the_connection_since_octets_follow_it() {
        Endpoint server = serve();
        server.arrive("EHLO c.example\r\nBDAT 6" + " ".repeat(520) + "\r\nQUIT\r\n")
                .run();
        assertThat(codes(server)).containsExactly("220", "250", "500", "421");
        assertThat(server.ended()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_message_of_100_megabytes_passes_through_in_pieces(boolean chunked) throws Exception {
        mailbox.counts = true;
        SmtpTransaction mail = new SmtpTransaction(mailbox, 200_000_000);
        UpgradeConnection connection = new UpgradeConnection(
                new SmtpServerDialogue("mx.example.org", TlsPolicy.DISABLED, mail, mail.extensions()),
                UpgradeSettings.of(TlsPolicy.DISABLED),
                new Peer("192.0.2.1", 1));
        connection.begin(0);
        byte[] lines = ("x".repeat(998) + "\r\n").repeat(64).getBytes(StandardCharsets.US_ASCII);
        int times = 100_000_000 / lines.length + 1;
        long total = (long) times * lines.length;
        String begin = BEGIN + (chunked ? "BDAT " + total + " LAST\r\n" : "DATA\r\n");
        pass(connection, ByteBuffer.wrap(begin.getBytes(StandardCharsets.US_ASCII)));
        for (int i = 0; i < times; i++) {
            pass(connection, ByteBuffer.wrap(lines));
        }
        if (!chunked) {
            pass(connection, ByteBuffer.wrap(".\r\n".getBytes(StandardCharsets.US_ASCII)));
        }
        assertThat(mailbox.octets).isEqualTo(total);
        assertThat(mailbox.events).containsExactly("END");
    }

    private static void pass(UpgradeConnection connection, ByteBuffer network) throws Exception {
        ByteBuffer out = ByteBuffer.allocate(2_000);
        while (network.hasRemaining() || connection.want() != Want.READ) {
            connection.transmit(ByteBuffer.allocate(0), out.clear());
            connection.receive(network, ByteBuffer.allocate(0));
        }
    }

    @Test
    void smtputf8_is_announced_and_taken_where_the_delivery_knows_it() {
        mailbox.parameters = Set.of("SMTPUTF8", "RET");
        Endpoint server = serve();
        server.arrive("EHLO c.example\r\n").run();
        assertThat(server.takeText()).contains("SMTPUTF8");
        String address =
                new String("\u00fc@\u00fc.example".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        server.arrive("MAIL FROM:<" + address + "> RET=HDRS\r\n");
        server.arrive("MAIL FROM:<\u0080@d.example>\r\n");
        server.arrive("MAIL FROM:<\u007f@d.example>\r\n");
        server.arrive("MAIL FROM:<~@d.example>\r\nRCPT TO:<" + address + ">\r\nRSET\r\n");
        server.arrive("MAIL FROM:<\u00fc@d.example> SMTPUTF8\r\n");
        server.arrive("MAIL FROM:<" + address + "> RET=HDRS SMTPUTF8 BODY=8BITMIME\r\n");
        server.arrive("RCPT TO:<" + address + ">\r\nDATA\r\n.\r\n").run();
        assertThat(codes(server))
                .containsExactly("553", "553", "501", "250", "553", "250", "501", "250", "250", "354", "250");
        assertThat(mailbox.envelope.internationalized()).isTrue();
        assertThat(mailbox.envelope.parameters()).containsExactly("RET=HDRS", "SMTPUTF8", "BODY=8BITMIME");
        assertThat(mailbox.envelope.recipients()).containsExactly(address);
    }

    @Test
    void a_parameter_that_the_delivery_does_not_know_is_answered_555() {
        Endpoint server = serve();
        server.arrive("EHLO c.example\r\nMAIL FROM:<a@c.example> SMTPUTF8\r\n").run();
        assertThat(server.takeText())
                .doesNotContain("250 SMTPUTF8", "250-SMTPUTF8")
                .contains("555 5.5.4");
    }

    private static String chunk(String octets, String last) {
        return "BDAT " + octets.length() + last + "\r\n" + octets;
    }

    private static List<String> codes(Endpoint server) {
        return server.run()
                .takeText()
                .lines()
                .filter(line -> line.charAt(3) == ' ')
                .map(line -> line.substring(0, 3))
                .toList();
    }
}
