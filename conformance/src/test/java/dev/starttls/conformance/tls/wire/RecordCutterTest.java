package dev.starttls.conformance.tls.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecordCutterTest {

    @Property(tries = 300)
    void however_it_is_cut_the_records_carry_the_message(
            @ForAll @Size(min = 1, max = 2000) byte[] octets, @ForAll @IntRange(min = 1, max = 2100) int fragment)
            throws Exception {
        Octets message = Octets.of(octets);
        List<Octets> records = RecordCutter.handshake(0x0301, message, fragment);
        assertThat(records).hasSize((octets.length + fragment - 1) / fragment);
        InputStream in = new ByteArrayInputStream(RecordCutter.joined(records).array());
        Octets carried = Octets.NONE;
        for (int i = 0; i < records.size(); i++) {
            TlsRecord record = TlsRecord.read(in);
            assertThat(record.type()).isEqualTo(22);
            assertThat(record.version()).isEqualTo(0x0301);
            assertThat(record.content().length()).isBetween(1, fragment);
            carried = carried.and(record.content());
        }
        assertThat(carried).isEqualTo(message);
        assertThat(in.available()).isZero();
    }

    @Test
    void a_fragment_is_never_empty_and_never_more_than_a_record_may_carry() {
        Octets message = Octets.zeros(3);
        assertThatThrownBy(() -> RecordCutter.handshake(0x0301, message, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecordCutter.handshake(0x0301, message, RecordCutter.GREATEST + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void octets_sent_singly_are_the_same_octets() {
        Octets octets = Octets.ascii("abc");
        assertThat(RecordCutter.singly(octets))
                .containsExactly(Octets.ascii("a"), Octets.ascii("b"), Octets.ascii("c"));
    }

    @Test
    void a_record_cut_anywhere_ends_the_stream() {
        Octets whole = RecordCutter.record(23, 0x0303, Octets.ascii("hello"));
        for (int cut = 0; cut < whole.length(); cut++) {
            InputStream in = new ByteArrayInputStream(whole.slice(0, cut).array());
            assertThatThrownBy(() -> TlsRecord.read(in)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void a_record_longer_than_any_version_allows_is_malformed() {
        InputStream in = new ByteArrayInputStream(Octets.hex("17 0303 ffff").array());
        assertThatThrownBy(() -> TlsRecord.read(in))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("65535");
    }
}
