package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.memory.RawPeer;
import dev.starttls.core.testing.memory.Side;
import dev.starttls.core.testing.memory.Wire;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** However the streams are cut, the outcome is the same. */
class SmtpSplitProperties {

    private static final String GREETING = "220-mail.example.org\r\n220 ESMTP\r\n";
    private static final String OFFER = "250-mail.example.org\r\n250-SIZE 1\r\n250 STARTTLS\r\n";

    @Test
    void every_split_of_the_clear_part_of_both_streams_upgrades() {
        for (TlsPolicy policy : List.of(TlsPolicy.REQUIRED, TlsPolicy.IMPLICIT)) {
            for (int split = 0; split < 200; split++) {
                upgrade(policy, Wire.at(split), Wire.at(split), 4_096);
            }
        }
    }

    @Test
    void octet_by_octet_both_streams_upgrade() {
        upgrade(TlsPolicy.REQUIRED, Wire.OCTETS, Wire.OCTETS, 4_096);
        upgrade(TlsPolicy.REQUIRED, Wire.OCTETS, Wire.OCTETS, 1);
        upgrade(TlsPolicy.IMPLICIT, Wire.OCTETS, Wire.OCTETS, 1);
    }

    @Property(seed = "3207", tries = 300)
    void any_split_of_both_whole_streams_upgrades(
            @ForAll @IntRange(max = 2_500) int toServer, @ForAll @IntRange(max = 2_500) int toClient) {
        upgrade(TlsPolicy.REQUIRED, Wire.at(toServer), Wire.at(toClient), 4_096);
    }

    @Property(seed = "3207", tries = 100)
    void any_chopping_and_any_room_to_write_upgrade(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toServer,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toClient,
            @ForAll @IntRange(min = 1, max = 600) int room) {
        upgrade(TlsPolicy.REQUIRED, chopped(toServer), chopped(toClient), room);
    }

    /** Invariant: no octet received before the handshake is given out as one received inside TLS. */
    @Test
    void octets_behind_the_go_ahead_fail_the_client_at_every_split_or_are_no_part_of_the_session() throws Exception {
        String injected = "250-evil\r\n250 AUTH PLAIN\r\n";
        String stream = "220 go\r\n" + injected;
        for (int split = 0; split <= stream.length(); split++) {
            SmtpClientDialogue dialogue = Fixture.clientDialogue();
            Side client = Side.of(dialogue, Fixture.client(TlsPolicy.REQUIRED));
            RawPeer server = RawPeer.server(client, Fixture.SERVER_CONTEXT);
            server.say(GREETING);
            server.say(OFFER);
            client.give(stream.substring(0, split).getBytes(StandardCharsets.ISO_8859_1));
            client.give(stream.substring(split).getBytes(StandardCharsets.ISO_8859_1));
            server.listen();
            assertThat(client.upgradeFailure().reason())
                    .as("split at " + split)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(dialogue.announced().has("AUTH")).isFalse();
            assertThat(client.connection().state()).isEqualTo(State.FAILED);
        }
    }

    @Test
    void octets_behind_starttls_fail_the_server_at_every_split() {
        String stream = "STARTTLS\r\nEHLO injected\r\nNOOP\r\n";
        for (int split = 0; split <= stream.length(); split++) {
            Side server = Fixture.serverSide(TlsPolicy.OPPORTUNISTIC);
            RawPeer client = Fixture.greeted(server);
            server.give(stream.substring(0, split).getBytes(StandardCharsets.ISO_8859_1));
            server.give(stream.substring(split).getBytes(StandardCharsets.ISO_8859_1));
            String answer = client.listen();
            assertThat(server.upgradeFailure().reason())
                    .as("split at " + split)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(answer).doesNotContain("250");
        }
    }

    @Property(seed = "5321", tries = 500)
    void whatever_a_server_says_in_the_clear_the_client_says_no_more_than_ehlo_and_starttls(
            @ForAll @Size(max = 12) List<@IntRange(max = 14) Integer> picks, @ForAll @IntRange(max = 300) int split) {
        List<String> vocabulary = List.of(
                GREETING,
                OFFER,
                "220 go\r\n",
                "220-",
                "250 Ok\r\n",
                "250-AUTH PLAIN\r\n",
                "454 4.7.0 no\r\n",
                "421 bye\r\n",
                "500 what\r\n",
                "\r\n",
                "\n",
                "\26\3\3",
                "\0",
                "354 go\r\n",
                "x".repeat(600));
        StringBuilder said = new StringBuilder();
        picks.forEach(pick -> said.append(vocabulary.get(pick)));
        byte[] stream = said.toString().getBytes(StandardCharsets.ISO_8859_1);
        Side client = Side.of(Fixture.clientDialogue(), Fixture.client(TlsPolicy.REQUIRED));
        client.write("MAIL FROM:<secret@example.org>\r\n");
        int cut = Math.min(split, stream.length);
        client.give(Arrays.copyOf(stream, cut));
        client.take();
        client.give(Arrays.copyOfRange(stream, cut, stream.length));
        client.take();
        client.endOfInput();
        client.take();
        assertThat(client.upgradeFailure()).isNotNull();
        assertThat(client.sent())
                .doesNotContain("MAIL")
                .matches("(?s)(?:EHLO client\\.example\\.org\\r\\n(?:STARTTLS\\r\\n(?:[\\x15\\x16]\\x03.*)?)?)?");
    }

    private static Wire.Cut chopped(List<Integer> sizes) {
        int[] next = {0};
        return (offset, waiting) -> Math.min(waiting, sizes.get(next[0]++ % sizes.size()));
    }

    private static void upgrade(TlsPolicy policy, Wire.Cut toServer, Wire.Cut toClient, int room) {
        List<Fixture.Delivered> mailbox = new ArrayList<>();
        SmtpClientDialogue dialogue = Fixture.clientDialogue();
        Side server = Side.narrow(Fixture.serverDialogue(policy, mailbox), Fixture.server(policy), room);
        UpgradeSettings settings = UpgradeSettings.of(policy)
                .withTls(TlsSettings.builder().context(Fixture.CLIENT_CONTEXT).build());
        Side client = Side.narrow(dialogue, settings, room);
        Wire wire = Wire.cut(client, server, toServer, toClient).run();
        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        assertThat(dialogue.announced().parameters("AUTH")).containsExactly("PLAIN");
        client.write("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
        wire.run();
        client.write("..\r\nSTARTTLS\r\n.\r\nQUIT\r\n");
        wire.run();
        assertThat(client.application()).endsWith("250 2.0.0 Taken\r\n221 2.0.0 Bye\r\n");
        assertThat(mailbox.get(0).lines()).containsExactly(".", "STARTTLS");
        assertThat(client.failure()).isEmpty();
        assertThat(server.failure()).isEmpty();
    }
}
