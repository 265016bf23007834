package dev.starttls.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import java.security.cert.Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinsTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final Certificate LEAF = CERTIFICATES.localhost(KeyKind.EC).leaf();
    private static final Certificate OTHER = CERTIFICATES.otherName().leaf();
    private static final Certificate ROOT = CERTIFICATES.root();
    private static final Certificate STRANGER = TestCertificates.withOwnRoot().root();

    @Test
    void the_leaf_and_those_who_have_signed_it_count_and_what_is_sent_along_does_not() {
        Pins leaf = Pins.of(Pins.pin(LEAF));
        Pins root = Pins.of(Pins.pin(ROOT), Pins.pin(STRANGER));
        assertThat(leaf.match(List.of(LEAF))).isTrue();
        assertThat(leaf.match(List.of(LEAF, ROOT))).isTrue();
        assertThat(root.match(List.of(LEAF, ROOT))).isTrue();
        assertThat(root.match(List.of(LEAF, ROOT, STRANGER))).isTrue();

        assertThat(root.match(List.of(LEAF))).isFalse();
        assertThat(leaf.match(List.of(OTHER, LEAF))).isFalse();
        assertThat(root.match(List.of(LEAF, STRANGER))).isFalse();
        assertThat(root.match(List.of(LEAF, OTHER, ROOT))).isFalse();
        assertThat(root.match(List.of(LEAF, STRANGER, ROOT))).isFalse();
        assertThat(root.match(List.of())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256/",
                "sha1/AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "sha256/AAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
                "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "sha256/not Base64, not Base64, not Base64, not Base"
            })
    void a_pin_in_another_format_is_refused_at_once(String pin) {
        assertThatThrownBy(() -> TlsSettings.builder().pins(pin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sha256/");
    }
}
