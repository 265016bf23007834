package dev.starttls.conformance.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.RecitingSocket;
import dev.starttls.core.testing.fuzz.FuzzInput;

/** Whatever a server says, each reply read is one of the kinds there are and has an end. */
class LenientSmtpReaderFuzz {

    @FuzzTest
    void replies(byte[] input) {
        RecitingSocket.readAll(new FuzzInput(input), LenientSmtpReaderFuzz::read);
    }

    private static boolean read(Conversation conversation) {
        ObservedSmtpReply reply = LenientSmtpReader.read(conversation);
        if (reply instanceof ObservedSmtpReply.Answer answer) {
            assertThat(answer.code()).as("code").isBetween(200, 599);
        }
        return !(reply instanceof ObservedSmtpReply.None);
    }
}
