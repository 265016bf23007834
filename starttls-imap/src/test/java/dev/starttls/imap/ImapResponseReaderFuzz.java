package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.line.OctetSink;
import dev.starttls.core.testing.ReaderSplits;
import dev.starttls.core.testing.fuzz.FuzzInput;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Responses of any octets, under any limits, their literals held or passed on, however they are split. */
class ImapResponseReaderFuzz {

    @FuzzTest
    void responses(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        ImapResponseLimits limits = new ImapResponseLimits(4 + choices.octet(), choices.choice(8), 2 + choices.two());
        boolean passing = choices.flag();
        int size = 1 + choices.octet();
        byte[] octets = choices.rest();
        List<String> whole = ReaderSplits.whole(reader(limits, passing), octets);
        assertThat(ReaderSplits.read(reader(limits, passing), octets, at -> at + 1))
                .isEqualTo(whole);
        assertThat(ReaderSplits.read(reader(limits, passing), octets, at -> at + size))
                .isEqualTo(whole);
    }

    private static ReaderSplits.Reader reader(ImapResponseLimits limits, boolean passing) {
        ImapResponseReader reader = new ImapResponseReader(limits);
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        ImapLiteralReceiver receiver =
                (before, octets) -> passing && octets % 2 == 0 ? Optional.of(OctetSink.to(passed)) : Optional.empty();
        return piece -> reader.read(piece, receiver)
                .map(response -> response + " " + passed.toString(StandardCharsets.ISO_8859_1));
    }
}
