package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.DialogueFuzzer;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/** The server's dialogue, whatever the client says. */
class SmtpServerDialogueFuzz {

    @FuzzTest
    void server(byte[] input) {
        DialogueFuzzer.run(
                input,
                policy -> SmtpFixture.serverDialogue(policy, new ArrayList<>()),
                SmtpServerDialogueFuzz::forgotten);
    }

    /** A sender of before TLS would let this recipient in. */
    private static void forgotten(Dialogue dialogue) {
        Step.Await answer = (Step.Await) dialogue.received("RCPT TO:<mary@example.org>");
        assertThat(new String(answer.output().toOctets(), StandardCharsets.ISO_8859_1))
                .startsWith("503 ")
                .containsOnlyOnce("\r\n");
    }
}
