package dev.starttls.conformance.tls.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClientOfferTest {

    private static final KeyShare SHARE = KeyShare.fresh(NamedGroup.X25519);

    private static ClientHelloBuilder hello() {
        return ClientHello.only(ProtocolVersion.TLS13, "mail.example.org")
                .with()
                .extension(ClientExtensions.supportedGroups(List.of(29, 23)))
                .extension(ClientExtensions.keyShare(List.of(SHARE)))
                .extension(ClientExtensions.alpn(List.of("imap", "pop3")))
                .extension(ClientExtensions.signatureAlgorithms(List.of(0x0403)));
    }

    @Test
    void has_what_the_extensions_offer() throws Exception {
        ClientOffer offer = ClientOffer.of(hello().build());

        assertThat(offer)
                .isEqualTo(new ClientOffer(
                        List.of(0x0304),
                        List.of(29, 23),
                        List.of(SHARE),
                        List.of(0x0403),
                        List.of("imap", "pop3"),
                        Optional.of("mail.example.org")));
        assertThat(offer.offers(ProtocolVersion.TLS13)).isTrue();
        assertThat(offer.offers(ProtocolVersion.TLS12)).isFalse();
        assertThat(offer.share(23)).isEmpty();
    }

    @Test
    void takes_the_version_field_where_there_is_no_supported_versions() throws Exception {
        ClientOffer offer =
                ClientOffer.of(hello().without(Extension.SUPPORTED_VERSIONS).build());

        assertThat(offer.versions()).containsExactly(0x0303);
    }

    @Test
    void an_extension_that_is_cut_is_malformed() {
        ClientHello cut = hello().extension(new Extension(Extension.KEY_SHARE, OctetString.hex("0006 001d 0020 00 00")))
                .build();

        assertThatThrownBy(() -> ClientOffer.of(cut))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining("key_share ends inside its key exchange");
    }
}
