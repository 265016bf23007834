package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.DialogueFuzzer;
import dev.starttls.core.upgrade.Dialogue;

/** The client's dialogue, whatever the server says. */
class SmtpClientDialogueFuzz {

    @FuzzTest
    void client(byte[] input) {
        DialogueFuzzer.run(input, policy -> SmtpFixture.clientDialogue(), SmtpClientDialogueFuzz::forgotten);
    }

    private static void forgotten(Dialogue dialogue) {
        SmtpClientDialogue client = (SmtpClientDialogue) dialogue;
        assertThat(client.greeting()).isEmpty();
        assertThat(client.lastReply()).isEmpty();
        assertThat(client.announced().announced()).isEmpty();
    }
}
