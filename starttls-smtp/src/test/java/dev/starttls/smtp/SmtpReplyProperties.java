package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.line.codec.LineDecoder;
import dev.starttls.core.line.codec.LineEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SmtpReplyProperties {

    @Property(seed = "5321")
    void a_reply_comes_back_from_its_lines_whatever_the_split(@ForAll("replies") SmtpReply reply) throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (String line : reply.lines()) {
            stream.writeBytes(LineEncoder.encode(line).array());
        }
        byte[] octets = stream.toByteArray();
        for (int split = 0; split <= octets.length; split++) {
            LineDecoder decoder = new LineDecoder(1_024);
            SmtpReplyParser parser = new SmtpReplyParser();
            List<SmtpReply> found = new ArrayList<>();
            for (ByteBuffer part :
                    List.of(ByteBuffer.wrap(octets, 0, split), ByteBuffer.wrap(octets, split, octets.length - split))) {
                Optional<String> line = decoder.decode(part);
                while (line.isPresent()) {
                    assertThat(found).as("nothing before the last line").isEmpty();
                    parser.add(line.get()).ifPresent(found::add);
                    line = decoder.decode(part);
                }
            }
            assertThat(found).containsExactly(reply);
            assertThat(parser.unfinished()).isFalse();
        }
    }

    @Property(seed = "5321")
    void lines_of_any_kind_make_a_reply_with_one_code_or_are_refused(@ForAll("hostile") List<String> lines) {
        SmtpReplyParser parser = new SmtpReplyParser();
        List<String> held = new ArrayList<>();
        for (String line : lines) {
            try {
                held.add(line);
                Optional<SmtpReply> reply = parser.add(line);
                if (reply.isPresent()) {
                    int code = reply.get().code();
                    assertThat(code).isBetween(200, 599);
                    assertThat(held).allMatch(part -> part.startsWith(Integer.toString(code)));
                    assertThat(reply.get().text()).hasSameSizeAs(held);
                    held.clear();
                } else {
                    assertThat(line.charAt(3)).isEqualTo('-');
                }
                assertThat(parser.unfinished()).isEqualTo(!held.isEmpty());
            } catch (SmtpSyntaxException e) {
                held.clear();
                assertThat(parser.unfinished()).isFalse();
            }
        }
    }

    @Provide
    Arbitrary<SmtpReply> replies() {
        Arbitrary<List<String>> text = Arbitraries.strings()
                .withCharRange('A', 'z')
                .withChars(" -.\u00ff")
                .ofMaxLength(12)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
        Arbitrary<Optional<EnhancedStatusCode>> status = Combinators.combine(
                        Arbitraries.integers().between(0, 999),
                        Arbitraries.integers().between(0, 999))
                .as((subject, detail) -> new EnhancedStatusCode(5, subject, detail))
                .optional();
        return Combinators.combine(Arbitraries.integers().between(500, 599), status, text)
                .as(SmtpReply::new);
    }

    @Provide
    Arbitrary<List<String>> hostile() {
        Arbitrary<String> likely =
                Arbitraries.of("250-a", "250 b", "220-a", "220 b", "250", "250-", "25", "354 go", "250-5.7.1 x", "");
        Arbitrary<String> any =
                Arbitraries.strings().withCharRange('\0', '\u0200').ofMaxLength(8);
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(4, likely), net.jqwik.api.Tuple.of(1, any))
                .list()
                .ofMaxSize(20);
    }
}
