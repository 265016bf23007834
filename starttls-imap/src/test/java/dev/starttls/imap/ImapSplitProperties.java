package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.memory.RawPeer;
import dev.starttls.core.testing.memory.Side;
import dev.starttls.core.testing.memory.Wire;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.InjectionResponse;
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
class ImapSplitProperties {

    private static final String GREETING = "* OK ready\r\n";
    private static final String OFFER = "* CAPABILITY IMAP4rev1 STARTTLS\r\nT1 OK done\r\n";

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

    @Property(seed = "9051", tries = 300)
    void any_split_of_both_whole_streams_upgrades(
            @ForAll @IntRange(max = 2_500) int toServer, @ForAll @IntRange(max = 2_500) int toClient) {
        upgrade(TlsPolicy.REQUIRED, Wire.at(toServer), Wire.at(toClient), 4_096);
    }

    @Property(seed = "9051", tries = 100)
    void any_chopping_and_any_room_to_write_upgrade(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toServer,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 700) Integer> toClient,
            @ForAll @IntRange(min = 1, max = 600) int room) {
        upgrade(TlsPolicy.REQUIRED, chopped(toServer), chopped(toClient), room);
    }

    /** Invariant: no octet received before the handshake is given out as one received inside TLS. */
    @Test
    void octets_behind_the_go_ahead_fail_the_client_at_every_split() {
        String injected = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nT3 OK done\r\n";
        String stream = "T2 OK go\r\n" + injected;
        for (int split = 0; split <= stream.length(); split++) {
            ImapClientDialogue dialogue = new ImapClientDialogue();
            Side client = Side.of(dialogue, Fixture.client(TlsPolicy.REQUIRED));
            RawPeer server = RawPeer.server(client, Fixture.SERVER_CONTEXT);
            server.say(GREETING);
            server.say(OFFER);
            give(client, stream, split);
            server.listen();
            assertThat(client.upgradeFailure().reason())
                    .as("split at " + split)
                    .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
            assertThat(dialogue.announced().has("AUTH=PLAIN")).isFalse();
            assertThat(client.connection().state()).isEqualTo(State.FAILED);
        }
    }

    @Test
    void octets_behind_starttls_fail_the_server_at_every_split() {
        for (String injected :
                List.of("b NOOP\r\n", "b LOGIN {5}\r\nadmin x\r\n", "b LOGIN {5+}\r\nadmin x\r\n", "b")) {
            String stream = "a STARTTLS\r\n" + injected;
            for (int split = 0; split <= stream.length(); split++) {
                Side server = Fixture.serverSide(TlsPolicy.OPPORTUNISTIC);
                RawPeer client = Fixture.greeted(server);
                give(server, stream, split);
                String answer = client.listen();
                assertThat(server.upgradeFailure().reason())
                        .as("split at " + split)
                        .isEqualTo(FailureReason.PLAINTEXT_INJECTION);
                assertThat(answer).doesNotContain("b ").doesNotContain("+ ");
            }
        }
    }

    @Test
    void set_to_discard_the_server_never_answers_what_stood_behind_starttls() throws Exception {
        String stream = "a STARTTLS\r\nb LOGIN {5+}\r\nadmin secret\r\nc NO";
        for (int split = 0; split <= stream.length(); split++) {
            Side server = Side.of(
                    Fixture.serverDialogue(TlsPolicy.REQUIRED),
                    Fixture.server(TlsPolicy.REQUIRED).withInjection(InjectionResponse.DISCARD));
            RawPeer client = Fixture.greeted(server);
            give(server, stream, split);
            assertThat(client.listen()).isEqualTo(Fixture.GO_AHEAD);
            assertThat(client.handshake()).isEmpty();
            assertThat(client.tls("d NOOP\r\ne IDLE\r\n")).isEqualTo("d OK NOOP completed\r\ne BAD Log in first\r\n");
        }
    }

    @Property(seed = "9051", tries = 500)
    void whatever_a_server_says_in_the_clear_the_client_says_no_more_than_capability_and_starttls(
            @ForAll @Size(max = 12) List<@IntRange(max = 19) Integer> picks, @ForAll @IntRange(max = 300) int split) {
        List<String> vocabulary = List.of(
                GREETING,
                OFFER,
                "* OK [CAPABILITY STARTTLS] ready\r\n",
                "* PREAUTH ready\r\n",
                "* BYE [REFERRAL imap://evil/] gone\r\n",
                "T1 OK go\r\n",
                "T2 OK [CAPABILITY AUTH=PLAIN] go\r\n",
                "T1 NO\r\n",
                "T2 BAD\r\n",
                "T1 OK",
                "+ go\r\n",
                "* 3 EXISTS\r\n",
                "* LIST () \"/\" {5}\r\nINBOX\r\n",
                "* X {70000}\r\n",
                "* X {3",
                "\r\n",
                "\n",
                "\26\3\3",
                "\0",
                "x".repeat(600));
        StringBuilder said = new StringBuilder();
        picks.forEach(pick -> said.append(vocabulary.get(pick)));
        byte[] stream = said.toString().getBytes(StandardCharsets.ISO_8859_1);
        Side client = Side.of(new ImapClientDialogue(), Fixture.client(TlsPolicy.REQUIRED));
        client.write("x LOGIN mary secret\r\n");
        int cut = Math.min(split, stream.length);
        client.give(Arrays.copyOf(stream, cut));
        client.take();
        client.give(Arrays.copyOfRange(stream, cut, stream.length));
        client.take();
        client.endOfInput();
        client.take();
        assertThat(client.upgradeFailure()).isNotNull();
        assertThat(client.sent())
                .doesNotContain("LOGIN")
                .matches("(?s)(?:T1 CAPABILITY\\r\\n)?(?:T[12] STARTTLS\\r\\n(?:[\\x15\\x16]\\x03.*)?)?");
    }

    @Property(seed = "9051", tries = 500)
    void whatever_a_client_says_in_the_clear_no_log_in_reaches_the_handler_and_every_answer_is_well_formed(
            @ForAll @Size(max = 12) List<@IntRange(max = 13) Integer> picks, @ForAll @IntRange(max = 300) int split) {
        List<String> vocabulary = List.of(
                "a CAPABILITY\r\n",
                "b LOGIN mary secret\r\n",
                "c LOGIN {4}\r\n",
                "d LOGIN {4+}\r\nmary {6+}\r\nsecret\r\n",
                "e AUTHENTICATE PLAIN AG1hcnkAc2VjcmV0\r\n",
                "f AUTHENTICATE PLAIN\r\n",
                "g ID {3}\r\nfoo\r\n",
                "mary {6}\r\n",
                "+ NOOP\r\n",
                "h IDLE\r\n",
                "i {0+}\r\n\r\n",
                "j APPEND x {9999999999}\r\n",
                "secret\r\n",
                "k NOOP {4097+}\r\n");
        StringBuilder said = new StringBuilder();
        picks.forEach(pick -> said.append(vocabulary.get(pick)));
        for (TlsPolicy policy : List.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.DISABLED)) {
            Side server = Fixture.serverSide(policy, (command, session) -> {
                assertThat(command.name()).isNotIn("LOGIN", "AUTHENTICATE");
                assertThat(session.authenticated()).isFalse();
                return ImapAnswer.ok("done");
            });
            RawPeer client = Fixture.greeted(server);
            give(server, said.toString(), Math.min(split, said.length()));
            String answers = client.listen();
            assertThat(answers)
                    .matches("(?:\\* (?:CAPABILITY|BAD|BYE) [^\\r\\n]+\\r\\n|\\+ [^\\r\\n]+\\r\\n"
                            + "|[a-z]+ (?:OK|NO|BAD) [^\\r\\n]+\\r\\n)*");
        }
    }

    private static void give(Side side, String stream, int split) {
        side.give(stream.substring(0, split).getBytes(StandardCharsets.ISO_8859_1));
        side.give(stream.substring(split).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Wire.Cut chopped(List<Integer> sizes) {
        int[] next = {0};
        return (offset, waiting) -> Math.min(waiting, sizes.get(next[0]++ % sizes.size()));
    }

    private static void upgrade(TlsPolicy policy, Wire.Cut toServer, Wire.Cut toClient, int room) {
        ImapClientDialogue dialogue = new ImapClientDialogue();
        Side server = Side.narrow(Fixture.serverDialogue(policy), Fixture.server(policy), room);
        Side client = Side.narrow(dialogue, Fixture.client(policy), room);
        Wire wire = Wire.cut(client, server, toServer, toClient).run();
        assertThat(client.failure()).isEmpty();
        assertThat(client.connection().ready()).isTrue();
        assertThat(client.connection().state()).isEqualTo(State.SECURE);
        assertThat(dialogue.announced().parameters("AUTH")).containsExactly("PLAIN");
        client.write("x LOGIN {4+}\r\nmary {6}\r\nsecret\r\ny LOGOUT\r\n");
        wire.run();
        assertThat(client.application())
                .startsWith("+ Ready for the literal\r\nx OK Logged in\r\n")
                .endsWith("y OK LOGOUT completed\r\n");
        assertThat(client.failure()).isEmpty();
        assertThat(server.failure()).isEmpty();
    }
}
