package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.DialogueFuzzer;
import dev.starttls.core.upgrade.Dialogue;

/** The client's dialogue, whatever the server says. */
class ImapClientDialogueFuzz {

    @FuzzTest
    void client(byte[] input) {
        DialogueFuzzer.run(input, policy -> new ImapClientDialogue(), ImapClientDialogueFuzz::forgotten);
    }

    private static void forgotten(Dialogue dialogue) {
        ImapClientDialogue client = (ImapClientDialogue) dialogue;
        assertThat(client.greeting()).isEmpty();
        assertThat(client.lastReply()).isEmpty();
        assertThat(client.preauthenticated()).isFalse();
    }
}
