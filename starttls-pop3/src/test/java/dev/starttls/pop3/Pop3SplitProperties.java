package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.memory.RawPeer;
import dev.starttls.core.testing.memory.Side;
import dev.starttls.core.testing.memory.Wire;
import dev.starttls.core.upgrade.DirectUpgrade;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** However the streams are cut, the outcome is the same. */
class Pop3SplitProperties {

    private static final String OFFER = "+OK\r\nTOP\r\nSTLS\r\n.\r\n";

    @Test
    void every_split_of_the_clear_part_of_both_streams_upgrades() {
        for (DirectUpgrade direct : DirectUpgrade.values()) {
            for (int split = 0; split < 180; split++) {
                upgrade(direct, TlsPolicy.REQUIRED, Wire.at(split), Wire.at(split), 4_096);
            }
        }
    }

    @Test
    void octet_by_octet_both_streams_upgrade() {
        upgrade(DirectUpgrade.NEVER, TlsPolicy.REQUIRED, Wire.OCTETS, Wire.OCTETS, 4_096);
        upgrade(DirectUpgrade.NEVER, TlsPolicy.REQUIRED, Wire.OCTETS, Wire.OCTETS, 1);
        upgrade(DirectUpgrade.ALWAYS, TlsPolicy.REQUIRED, Wire.OCTETS, Wire.OCTETS, 1);
        upgrade(DirectUpgrade.NEVER, TlsPolicy.IMPLICIT, Wire.OCTETS, Wire.OCTETS, 1);
    }

    @Property(seed = "2595", tries = 200)
    void any_split_of_both_whole_streams_upgrades(
            @ForAll DirectUpgrade direct,
            @ForAll @IntRange(max = 2_500) int toServer,
            @ForAll @IntRange(max = 2_500) int toClient) {
        upgrade(direct, TlsPolicy.REQUIRED, Wire.at(toServer), Wire.at(toClient), 4_096);
    }

    @Property(seed = "2595", tries = 100)
    void any_chopping_and_any_room_to_write_upgrade(
            @ForAll DirectUpgrade direct,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toServer,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toClient,
            @ForAll @IntRange(min = 1, max = 600) int room) {
        upgrade(direct, TlsPolicy.REQUIRED, chopped(toServer), chopped(toClient), room);
    }

    /** Invariant: no octet received before the handshake is given out as one received inside TLS. */
    @Test
    void octets_behind_the_go_ahead_fail_the_client_at_every_split() {
        String stream = "+OK go\r\n+OK\r\nSASL PLAIN\r\n.\r\n";
        for (int split = 0; split <= stream.length(); split++) {
            Pop3ClientDialogue dialogue = new Pop3ClientDialogue();
            Side client = Side.of(dialogue, Fixture.client(TlsPolicy.REQUIRED));
            RawPeer server = RawPeer.server(client, Fixture.SERVER_CONTEXT);
            server.say("+OK ready\r\n");
            server.say(OFFER);
            client.give(stream.substring(0, split).getBytes(StandardCharsets.ISO_8859_1));
            client.give(stream.substring(split).getBytes(StandardCharsets.ISO_8859_1));
            server.listen();
            assertThat(client.upgradeFailure().reason())
                    .as("split at " + split)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(dialogue.announced().has("SASL")).isFalse();
            assertThat(client.connection().state()).isEqualTo(State.FAILED);
        }
    }

    @Property(seed = "1939", tries = 500)
    void whatever_a_server_says_in_the_clear_the_client_says_no_more_than_capa_and_stls(
            @ForAll DirectUpgrade direct,
            @ForAll @Size(max = 12) List<@IntRange(max = 14) Integer> picks,
            @ForAll @IntRange(max = 300) int split) {
        List<String> vocabulary = List.of(
                "+OK ready <1.2@mail.example.org>\r\n",
                OFFER,
                "+OK go\r\n",
                "+OK\r\n",
                "STLS\r\n",
                ".\r\n",
                "..\r\n",
                "-ERR no\r\n",
                "-ERR [SYS/TEMP] later\r\n",
                "+ \r\n",
                "\r\n",
                "\n",
                "\26\3\3",
                "\0",
                "x".repeat(600));
        StringBuilder said = new StringBuilder();
        picks.forEach(pick -> said.append(vocabulary.get(pick)));
        byte[] stream = said.toString().getBytes(StandardCharsets.ISO_8859_1);
        Side client = Side.of(new Pop3ClientDialogue(), Fixture.client(TlsPolicy.REQUIRED, direct));
        client.write("USER mary\r\nPASS secret\r\n");
        int cut = Math.min(split, stream.length);
        client.give(Arrays.copyOf(stream, cut));
        client.take();
        client.give(Arrays.copyOfRange(stream, cut, stream.length));
        client.take();
        client.endOfInput();
        client.take();
        assertThat(client.upgradeFailure()).isNotNull();
        assertThat(client.sent())
                .doesNotContain("secret")
                .matches("(?s)(?:STLS\\r\\n)?(?:CAPA\\r\\n)?(?:STLS\\r\\n(?:[\\x15\\x16]\\x03.*)?)?");
    }

    @Property(seed = "2449", tries = 500)
    void whatever_a_client_says_in_the_clear_no_login_and_no_command_reaches_the_handler(
            @ForAll @Size(max = 10) List<@IntRange(max = 11) Integer> picks, @ForAll @IntRange(max = 200) int split) {
        List<String> vocabulary = List.of(
                "STLS\r\n",
                "STLS x\r\n",
                "CAPA\r\n",
                "USER mary\r\n",
                "PASS secret\r\n",
                "AUTH PLAIN " + Fixture.PLAIN + "\r\n",
                "AUTH PLAIN\r\n",
                "APOP mary x\r\n",
                "\r\n",
                "\n",
                "x".repeat(300),
                "RETR 1\r\n");
        StringBuilder said = new StringBuilder();
        picks.forEach(pick -> said.append(vocabulary.get(pick)));
        byte[] stream = said.toString().getBytes(StandardCharsets.ISO_8859_1);
        Pop3Handler never = (command, session) -> {
            throw new AssertionError("Expected no command to get here, got " + command);
        };
        Side server = Side.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.REQUIRED, never, List.of("USER")),
                Fixture.server(TlsPolicy.REQUIRED));
        server.take();
        int cut = Math.min(split, stream.length);
        server.give(Arrays.copyOf(stream, cut));
        server.take();
        server.give(Arrays.copyOfRange(stream, cut, stream.length));
        server.take();
        assertThat(server.sent()).doesNotContain("+ ").doesNotContain("USER");
    }

    private static Wire.Cut chopped(List<Integer> sizes) {
        int[] next = {0};
        return (offset, waiting) -> Math.min(waiting, sizes.get(next[0]++ % sizes.size()));
    }

    private static void upgrade(
            DirectUpgrade direct, TlsPolicy policy, Wire.Cut toServer, Wire.Cut toClient, int room) {
        Pop3ClientDialogue dialogue = new Pop3ClientDialogue();
        Side server = Side.narrow(Fixture.serverDialogue(policy), Fixture.server(policy), room);
        Side client = Side.narrow(dialogue, Fixture.client(policy, direct), room);
        Wire wire = Wire.cut(client, server, toServer, toClient).run();
        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        assertThat(dialogue.announced().tags()).contains("USER", "SASL").doesNotContain("STLS");
        client.write("USER mary\r\nPASS secret\r\nSTAT\r\n");
        wire.run();
        client.write("RETR 2\r\nQUIT\r\n");
        wire.run();
        assertThat(client.application())
                .isEqualTo(
                        """
                        +OK Say PASS\r
                        +OK 2 messages (64 octets)\r
                        +OK 2 64\r
                        +OK 28 octets\r
                        Subject: second\r
                        \r
                        a\r
                        b\r
                        c\r
                        .\r
                        +OK Bye\r
                        """);
        assertThat(client.failure()).isEmpty();
        assertThat(server.failure()).isEmpty();
    }
}
