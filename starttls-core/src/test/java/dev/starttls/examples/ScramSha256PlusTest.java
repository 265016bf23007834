package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** SCRAM by the example of RFC 7677 section 3, but for the channel binding, which that has none of. */
class ScramSha256PlusTest {

    private static final String CHALLENGE =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    @Test
    void the_proof_covers_the_binding_and_the_server_is_verified() throws Exception {
        ScramSha256Plus scram = exchange(new byte[] {1, 2, 3});
        assertThat(scram.first()).isEqualTo("p=tls-server-end-point,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        String last = scram.last(CHALLENGE);
        String bound = Base64.getEncoder()
                .encodeToString("p=tls-server-end-point,,\1\2\3".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(last).startsWith("c=" + bound + ",r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=");

        ScramSha256Plus other = exchange(new byte[] {1, 2, 4});
        other.first();
        String otherLast = other.last(CHALLENGE);
        assertThat(otherLast.substring(otherLast.indexOf(",p="))).isNotEqualTo(last.substring(last.indexOf(",p=")));
        assertThat(scram.verified("v=" + Base64.getEncoder().encodeToString(new byte[32])))
                .isFalse();
    }

    @Test
    void a_server_that_repeats_the_nonce_or_asks_for_few_or_many_iterations_is_refused() {
        ScramSha256Plus scram = exchange(new byte[0]);
        scram.first();
        for (String challenge : new String[] {
            "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            CHALLENGE.replace("4096", "1"),
            CHALLENGE.replace("4096", "100000000"),
            "r=rOprNGfwEbeRWgbNEkqOx"
        }) {
            assertThatThrownBy(() -> scram.last(challenge)).isInstanceOf(GeneralSecurityException.class);
        }
    }

    private static ScramSha256Plus exchange(byte[] binding) {
        return new ScramSha256Plus("user", "pencil", "tls-server-end-point", binding, "rOprNGfwEbeRWgbNEkqO");
    }
}
