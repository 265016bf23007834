package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.DialogueFuzzer;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.charset.StandardCharsets;

/** The server's dialogue, whatever the client says. */
class Pop3ServerDialogueFuzz {

    @FuzzTest
    void server(byte[] input) {
        DialogueFuzzer.run(
                input,
                policy -> Pop3Fixture.serverDialogue(
                        policy,
                        policy == TlsPolicy.OPPORTUNISTIC ? PlaintextLogin.ALLOWED : PlaintextLogin.REFUSED,
                        Pop3Fixture.mailbox()),
                Pop3ServerDialogueFuzz::forgotten);
    }

    /** A user named before TLS would be let in with this. */
    private static void forgotten(Dialogue dialogue) {
        Step.Await answer = (Step.Await) dialogue.received("PASS secret");
        assertThat(new String(answer.output().toOctets(), StandardCharsets.ISO_8859_1))
                .startsWith("-ERR ")
                .containsOnlyOnce("\r\n");
    }
}
