package dev.starttls.conformance.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.conformance.connection.RecitingSocket;
import dev.starttls.core.testing.fuzz.FuzzInput;

/** Whatever a server says, each response of one line or of several is one of the kinds there are and has an end. */
class LenientPop3ReaderFuzz {

    @FuzzTest
    void replies(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        boolean lists = choices.flag();
        RecitingSocket.readAll(
                choices,
                conversation -> readsOn(
                        lists ? LenientPop3Reader.readList(conversation) : LenientPop3Reader.read(conversation)));
    }

    private static boolean readsOn(ObservedPop3Reply reply) {
        if (reply instanceof ObservedPop3Reply.Answer answer) {
            assertThat(Pop3CapabilityList.in(answer).flaws()).isNotNull();
        }
        return !(reply instanceof ObservedPop3Reply.None);
    }
}
