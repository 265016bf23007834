package dev.starttls.conformance.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** A line of a list of targets is a target, whose URL is read as the same again, or it is refused with the reason. */
class TargetFuzz {

    /** {@link Target#parse}, or in a test of the oracle a faulty one. */
    interface Parser {
        Target parse(String url) throws TargetException;
    }

    @FuzzTest
    void targets(byte[] input) throws TargetException {
        run(input, Target::parse);
    }

    static void run(byte[] input, Parser parser) throws TargetException {
        String text = new String(input, StandardCharsets.UTF_8);
        Target target;
        try {
            target = parser.parse(text);
        } catch (TargetException e) {
            assertThat(e).hasMessageContaining(":");
            return;
        }
        assertThat(target.port()).as("port").isBetween(1, 65_535);
        assertThat(parser.parse(target.url())).isEqualTo(target);
    }
}
