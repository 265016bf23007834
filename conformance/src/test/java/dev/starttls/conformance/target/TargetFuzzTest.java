package dev.starttls.conformance.target;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The oracle of the target finds the faults that it is for. */
class TargetFuzzTest {

    private static final byte[] URL = "smtp://[2001:db8::1]:2525".getBytes(StandardCharsets.ISO_8859_1);

    @Test
    void the_parser_passes() {
        assertThatCode(() -> TargetFuzz.run(URL, Target::parse)).doesNotThrowAnyException();
    }

    @Test
    void a_port_that_is_none_is_found() {
        assertThatThrownBy(() -> TargetFuzz.run(URL, url -> new Target(Scheme.SMTP, "a", 70_000)))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void a_url_that_is_read_as_another_is_found() {
        assertThatThrownBy(() -> TargetFuzz.run(URL, url -> new Target(Scheme.SMTP, url, 25)))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void an_exception_that_is_not_declared_is_found() {
        assertThatThrownBy(() -> TargetFuzz.run(URL, url -> {
                    throw new StringIndexOutOfBoundsException(url);
                }))
                .isInstanceOf(StringIndexOutOfBoundsException.class);
    }
}
