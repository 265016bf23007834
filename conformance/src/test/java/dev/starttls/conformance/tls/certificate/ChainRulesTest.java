package dev.starttls.conformance.tls.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.tls.certificate.Issuer.Order;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

class ChainRulesTest {

    private static final Issuer ROOT = Issuer.selfSigned(Order.authority("Root"));
    private static final Issuer MIDDLE = ROOT.issue(Order.authority("Middle"));
    private static final Issuer SERVER = MIDDLE.issue(Order.server("mail.example.org"));
    private static final ChainRules RULES = new ChainRules(List.of(ROOT.certificate()), Issuer.NOW);

    private static List<X509Certificate> without(List<X509Certificate> chain, X509Certificate certificate) {
        return chain.stream().filter(one -> !one.equals(certificate)).toList();
    }

    @Test
    void a_whole_chain_is_good_with_and_without_its_root() {
        ChainVerdict with = RULES.judge(SERVER.chain());
        ChainVerdict without = RULES.judge(without(SERVER.chain(), ROOT.certificate()));
        assertThat(with.faults()).isEmpty();
        assertThat(without.faults()).isEmpty();
        assertThat(without.remarks()).isEmpty();
        assertThat(without.path()).containsExactly("CN=mail.example.org,O=Test", "CN=Middle", "CN=Root");
    }

    /** Each of them could be the issuer of each by its name. */
    @Test
    void of_a_chain_without_end_the_beginning_is_looked_at() {
        Issuer top = Issuer.selfSigned(Order.authority("Same"));
        for (int i = 0; i < 30; i++) {
            top = top.issue(Order.authority("Same"));
        }
        List<X509Certificate> sent = top.issue(Order.server("mail.example.org")).chain();
        ChainVerdict verdict = RULES.judge(sent);
        assertThat(verdict.faults()).isNotEmpty();
        assertThat(verdict.remarks())
                .contains(
                        "of the signatures between the certificates only 100 were verified",
                        "32 certificates were sent, of which the first 20 were looked at");
        assertThat(RULES.judge(sent.subList(0, 5)).remarks()).isEmpty();
    }

    @Test
    void a_missing_intermediate_makes_the_chain_incomplete() {
        ChainVerdict verdict = RULES.judge(List.of(SERVER.certificate()));
        assertThat(verdict.faults())
                .singleElement()
                .asString()
                .contains("CN=Middle")
                .contains("was not sent");
    }

    @Test
    void an_untrusted_root_is_named() {
        ChainRules others = new ChainRules(
                List.of(Issuer.selfSigned(Order.authority("Other")).certificate()), Issuer.NOW);
        assertThat(others.judge(SERVER.chain()).faults())
                .singleElement()
                .asString()
                .contains("'CN=Root' is self-signed and not among the trusted roots");
    }

    @Test
    void a_self_signed_server_is_refused_unless_it_is_trusted_itself() {
        Issuer self = Issuer.selfSigned(Order.server("mail.example.org"));
        assertThat(RULES.judge(self.chain()).faults())
                .singleElement()
                .asString()
                .contains("self-signed");
        assertThat(new ChainRules(self.chain(), Issuer.NOW).judge(self.chain()).faults())
                .isEmpty();
    }

    @Test
    void an_expired_certificate_is_a_fault_wherever_it_stands() {
        Order old = Order.server("mail.example.org")
                .valid(Issuer.NOW.minus(Duration.ofDays(90)), Issuer.NOW.minusSeconds(1));
        assertThat(RULES.judge(MIDDLE.issue(old).chain()).faults())
                .singleElement()
                .asString()
                .contains("expired at 2026-05-31T23:59:59Z");
        Issuer oldMiddle = ROOT.issue(
                Order.authority("Middle").valid(Issuer.NOW.minus(Duration.ofDays(90)), Issuer.NOW.minusSeconds(1)));
        assertThat(RULES.judge(oldMiddle.issue(Order.server("mail.example.org")).chain())
                        .faults())
                .singleElement()
                .asString()
                .contains("CN=Middle")
                .contains("expired");
    }

    @Test
    void a_certificate_of_tomorrow_is_a_fault() {
        Order early =
                Order.server("mail.example.org").valid(Issuer.NOW.plusSeconds(1), Issuer.NOW.plus(Duration.ofDays(1)));
        assertThat(RULES.judge(MIDDLE.issue(early).chain()).faults())
                .singleElement()
                .asString()
                .contains("not valid before");
    }

    @Test
    void a_signature_with_sha_1_or_md5_is_a_fault() {
        Issuer sha1 = MIDDLE.issue(Order.server("mail.example.org").signedWith("SHA1withECDSA"));
        assertThat(RULES.judge(sha1.chain()).faults())
                .singleElement()
                .asString()
                .contains("SHA1withECDSA");
        Issuer rsa = Issuer.selfSigned(Order.authority("RSA Root").signedWith("SHA256withRSA"));
        Issuer md5 = rsa.issue(Order.server("mail.example.org").signedWith("MD5withRSA"));
        assertThat(new ChainRules(List.of(rsa.certificate()), Issuer.NOW)
                        .judge(md5.chain())
                        .faults())
                .singleElement()
                .asString()
                .contains("MD5withRSA");
    }

    @Test
    void the_signature_of_a_root_does_not_matter() {
        Issuer old = Issuer.selfSigned(Order.authority("Old Root").signedWith("SHA1withRSA"));
        Issuer server = old.issue(Order.server("mail.example.org").signedWith("SHA256withRSA"));
        assertThat(new ChainRules(List.of(old.certificate()), Issuer.NOW)
                        .judge(server.chain())
                        .faults())
                .isEmpty();
    }

    @Test
    void a_certificate_for_clients_is_not_one_for_servers() {
        Issuer client = MIDDLE.issue(Order.server("mail.example.org").meantFor(KeyPurposeId.id_kp_clientAuth));
        assertThat(RULES.judge(client.chain()).faults())
                .singleElement()
                .asString()
                .contains("not meant for servers");
    }

    @Test
    void a_server_certificate_cannot_sign_another() {
        Issuer forged = SERVER.issue(Order.server("other.example.org"));
        assertThat(RULES.judge(forged.chain()).faults())
                .singleElement()
                .asString()
                .contains("the path is not valid");
    }

    @Test
    void certificates_out_of_order_are_remarked_and_no_fault() {
        List<X509Certificate> mixed = List.of(SERVER.certificate(), ROOT.certificate(), MIDDLE.certificate());
        ChainVerdict verdict = RULES.judge(mixed);
        assertThat(verdict.faults()).isEmpty();
        assertThat(verdict.remarks()).singleElement().asString().contains("order");
    }

    @Test
    void certificates_that_are_not_needed_are_remarked() {
        Issuer other = Issuer.selfSigned(Order.authority("Other"));
        List<X509Certificate> more = List.of(SERVER.certificate(), MIDDLE.certificate(), other.certificate());
        assertThat(RULES.judge(more).remarks()).singleElement().asString().contains("1 of the 3");
    }

    @Test
    void no_certificate_at_all_is_a_fault() {
        assertThat(RULES.judge(List.of()).faults()).containsExactly("the server sent no certificate");
    }

    @Test
    void the_facts_of_a_certificate_are_those_written_in_it() {
        CertificateFacts facts = CertificateFacts.of(SERVER.certificate());
        assertThat(facts.subject()).isEqualTo("CN=mail.example.org,O=Test");
        assertThat(facts.issuer()).isEqualTo("CN=Middle");
        assertThat(facts.names()).containsExactly("mail.example.org");
        assertThat(facts.key()).isEqualTo("EC 256");
        assertThat(facts.signature()).isEqualTo("SHA256withECDSA");
    }

    @Test
    void the_runtime_has_roots() {
        assertThat(Roots.ofTheRuntime()).isNotEmpty();
    }
}
