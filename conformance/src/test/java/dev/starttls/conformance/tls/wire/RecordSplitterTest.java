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

class RecordSplitterTest {

    @Property(tries = 300)
    void however_it_is_cut_the_records_carry_the_message(
            @ForAll @Size(min = 1, max = 2000) byte[] octets, @ForAll @IntRange(min = 1, max = 2100) int fragment)
            throws Exception {
        OctetString message = OctetString.of(octets);
        List<OctetString> records = RecordSplitter.handshake(0x0301, message, fragment);
        assertThat(records).hasSize((octets.length + fragment - 1) / fragment);
        InputStream in = new ByteArrayInputStream(RecordSplitter.joined(records).array());
        OctetString carried = OctetString.NONE;
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
        OctetString message = OctetString.zeros(3);
        assertThatThrownBy(() -> RecordSplitter.handshake(0x0301, message, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RecordSplitter.handshake(0x0301, message, RecordSplitter.MAX_PLAINTEXT + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void octets_sent_singly_are_the_same_octets() {
        OctetString octets = OctetString.ascii("abc");
        assertThat(RecordSplitter.singly(octets))
                .containsExactly(OctetString.ascii("a"), OctetString.ascii("b"), OctetString.ascii("c"));
    }

    @Test
    void a_record_cut_anywhere_ends_the_stream() {
        OctetString whole = RecordSplitter.record(23, 0x0303, OctetString.ascii("hello"));
        for (int cut = 0; cut < whole.length(); cut++) {
            InputStream in = new ByteArrayInputStream(whole.slice(0, cut).array());
            assertThatThrownBy(() -> TlsRecord.read(in)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void a_record_longer_than_any_version_allows_is_malformed() {
        InputStream in =
                new ByteArrayInputStream(OctetString.hex("17 0303 ffff").array());
        assertThatThrownBy(() -> TlsRecord.read(in))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("65535");
    }
}
