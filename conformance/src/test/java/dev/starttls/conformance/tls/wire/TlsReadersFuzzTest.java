package dev.starttls.conformance.tls.wire;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import org.junit.jupiter.api.Test;

/** The oracle of the target finds what no reader may throw. */
class TlsReadersFuzzTest {

    private static final byte[] CLIENT_HELLO = {2, 0, 1, 0, 0, 0};

    @Test
    void the_readers_pass() {
        assertThatCode(() -> TlsReadersFuzz.run(CLIENT_HELLO, TlsReadersFuzz::read))
                .doesNotThrowAnyException();
    }

    @Test
    void an_exception_that_is_not_declared_is_found() {
        assertThatThrownBy(() -> TlsReadersFuzz.run(CLIENT_HELLO, (kind, octets, piece) -> octets.at(1000)))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void an_end_of_stream_of_a_reader_that_reads_none_is_found() {
        assertThatThrownBy(() -> TlsReadersFuzz.run(CLIENT_HELLO, (kind, octets, piece) -> {
                    throw new EOFException();
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void an_exception_that_does_not_say_why_is_found() {
        assertThatThrownBy(() -> TlsReadersFuzz.run(CLIENT_HELLO, (kind, octets, piece) -> {
                    throw new MalformedException("");
                }))
                .isInstanceOf(AssertionError.class);
    }
}
