package dev.starttls.conformance.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.conformance.speak.RecitingSocket;
import dev.starttls.core.testing.fuzz.FuzzInput;

/** Whatever a server says, each response of one line or of several is one of the kinds there are and has an end. */
class ReplyReaderFuzz {

    @FuzzTest
    void replies(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        boolean lists = choices.flag();
        RecitingSocket.readAll(
                choices,
                conversation -> readsOn(lists ? ReplyReader.readList(conversation) : ReplyReader.read(conversation)));
    }

    private static boolean readsOn(Pop3Reply reply) {
        if (reply instanceof Pop3Reply.Answer answer) {
            assertThat(Capabilities.in(answer).flaws()).isNotNull();
        }
        return !(reply instanceof Pop3Reply.None);
    }
}
