package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.DialogueFuzzer;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;

/** The server's dialogue, whatever the client says. */
class ImapServerDialogueFuzz {

    @FuzzTest
    void server(byte[] input) {
        DialogueFuzzer.run(input, ImapFixture::serverDialogue, ImapServerDialogueFuzz::forgotten);
    }

    /** A user of before TLS could do this. */
    private static void forgotten(Dialogue dialogue) {
        Step.Await answer = (Step.Await) dialogue.received("probe SELECT INBOX");
        assertThat(new String(answer.output().toOctets(), StandardCharsets.ISO_8859_1))
                .startsWith("probe BAD ")
                .containsOnlyOnce("\r\n");
    }
}
