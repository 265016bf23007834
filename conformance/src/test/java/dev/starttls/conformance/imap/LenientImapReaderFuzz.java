package dev.starttls.conformance.imap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.RecitingSocket;
import dev.starttls.core.testing.fuzz.FuzzInput;

/** Whatever a server says, literals included, each response read is one of the kinds there are and has an end. */
class LenientImapReaderFuzz {

    /** Twice what the reader takes for a response: it looks once a line is whole. */
    private static final int MAX_DATA = 128 * 1024;

    @FuzzTest
    void responses(byte[] input) {
        RecitingSocket.readAll(new FuzzInput(input), LenientImapReaderFuzz::read);
    }

    private static boolean read(Conversation conversation) {
        ObservedImapResponse response = LenientImapReader.read(conversation);
        if (response instanceof ObservedImapResponse.Data data) {
            assertThat(data.text().length()).as("length of data").isLessThanOrEqualTo(MAX_DATA);
        }
        return !(response instanceof ObservedImapResponse.None);
    }
}
