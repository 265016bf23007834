package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.DialogueFuzzer;
import dev.starttls.core.upgrade.Dialogue;

/** The client's dialogue, whatever the server says; the input says whether it goes straight to STLS. */
class Pop3ClientDialogueFuzz {

    @FuzzTest
    void client(byte[] input) {
        DialogueFuzzer.run(input, policy -> new Pop3ClientDialogue(), Pop3ClientDialogueFuzz::forgotten);
    }

    private static void forgotten(Dialogue dialogue) {
        Pop3ClientDialogue client = (Pop3ClientDialogue) dialogue;
        assertThat(client.greeting()).isEmpty();
        assertThat(client.timestamp()).isEmpty();
        assertThat(client.lastReply()).isEmpty();
    }
}
