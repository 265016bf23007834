package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.ReaderSplits;
import dev.starttls.core.testing.fuzz.FuzzInput;
import java.util.List;

/** Replies of any octets, under any limits, however they are split. */
class SmtpReplyReaderFuzz {

    @FuzzTest
    void replies(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        SmtpReplyLimits limits = new SmtpReplyLimits(5 + choices.octet(), 1 + choices.choice(8), 3 + choices.two());
        int size = 1 + choices.octet();
        byte[] octets = choices.rest();
        List<String> whole = ReaderSplits.whole(new SmtpReplyReader(limits)::read, octets);
        assertThat(ReaderSplits.read(new SmtpReplyReader(limits)::read, octets, at -> at + 1))
                .isEqualTo(whole);
        assertThat(ReaderSplits.read(new SmtpReplyReader(limits)::read, octets, at -> at + size))
                .isEqualTo(whole);
    }
}
