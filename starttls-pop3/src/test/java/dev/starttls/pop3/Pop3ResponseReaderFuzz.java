package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.line.OctetSink;
import dev.starttls.core.testing.ReaderSplits;
import dev.starttls.core.testing.fuzz.FuzzInput;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Responses of any octets, under any limits, read as replies, lines or messages, however they are split. */
class Pop3ResponseReaderFuzz {

    @FuzzTest
    void responses(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        Pop3ResponseLimits limits = new Pop3ResponseLimits(5 + choices.octet(), 1 + choices.octet(), 1 + choices.two());
        int kind = choices.choice(3);
        int size = 1 + choices.octet();
        byte[] octets = choices.rest();
        List<String> whole = ReaderSplits.whole(reader(limits, kind), octets);
        assertThat(ReaderSplits.read(reader(limits, kind), octets, at -> at + 1))
                .isEqualTo(whole);
        assertThat(ReaderSplits.read(reader(limits, kind), octets, at -> at + size))
                .isEqualTo(whole);
    }

    private static ReaderSplits.Reader reader(Pop3ResponseLimits limits, int kind) {
        Pop3ResponseReader reader = new Pop3ResponseReader(limits);
        if (kind < 2) {
            return kind == 0 ? reader::reply : reader::lines;
        }
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        return piece -> reader.content(piece, OctetSink.to(passed))
                .map(count -> count + " " + passed.toString(StandardCharsets.ISO_8859_1));
    }
}
