package dev.starttls.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.tls.minimal.ScriptedTls12;
import dev.starttls.conformance.tls.minimal.ScriptedTls12.Fault;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.math.BigInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class KeyExchangeTopicTest {

    private static final CipherSuite DHE = CipherSuite.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256;

    /** The second group of RFC 2409, which many servers shared. */
    private static final BigInteger SHARED_1024 = new BigInteger(
            "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
                    + "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
                    + "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
            16);

    private static final BigInteger FFDHE_2048 = new BigInteger(
            "FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1D8B9C583CE2D3695A9E13641146433FBCC939DCE249B3EF9"
                    + "7D2FE363630C75D8F681B202AEC4617AD3DF1ED5D5FD65612433F51F5F066ED0856365553DED1AF3B557135E7F57C935"
                    + "984F0C70E0E68B77E2A689DAF3EFE8721DF158A136ADE73530ACCA4F483A797ABC0AB182B324FB61D108A94BB2C8E3FB"
                    + "B96ADAB760D7F4681D4F42A3DE394DF4AE56EDE76372BB190B07A7C8EE0A6D709E02FCE1CDF7E2ECC03404CD28342F61"
                    + "9172FE9CE98583FF8E4F1232EEF28183C3FE3B1B4C6FAD733BB5FCBC2EC22005C58EF1837D1683B2C6F34A26C1B2EFFA"
                    + "886B423861285C97FFFFFFFFFFFFFFFF",
            16);

    private static LoopbackServer good;

    @BeforeAll
    static void start() {
        good = GoodServer.start();
    }

    @AfterAll
    static void stop() {
        good.close();
    }

    private static void assertJudged(Verdict verdict, Status status, String because) {
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(status);
        assertThat(verdict.detail()).contains(because);
    }

    private static boolean isHello(TlsRecord record) {
        return record.type() == 22 && record.content().at(0) == ClientHello.TYPE;
    }

    /** A good server that meets some ClientHellos with octets of its own. */
    private static Verdict judge(String id, Predicate<ClientHello> which, OctetString answer) {
        Relay.Hook hook = (record, way) -> {
            if (isHello(record) && which.test(ClientHello.parse(record.content()))) {
                way.answer(answer);
                way.end();
            } else {
                way.forward(record);
            }
        };
        try (LoopbackServer broken = Relay.before(good, hook)) {
            return TlsCheckHarness.judge(id, broken.port());
        }
    }

    private static Verdict withPrime(BigInteger prime, BigInteger publicKey) {
        return judge(
                "TLS-S-40",
                hello -> hello.legacyVersion() == ProtocolVersion.TLS12.code()
                        && hello.suites().contains(DHE.code()),
                Flight.of(ProtocolVersion.TLS12, DHE)
                        .exchanging(Flight.finiteField(prime, publicKey))
                        .octets());
    }

    @Test
    void a_prime_of_1024_bits_is_caught() {
        assertJudged(withPrime(SHARED_1024, BigInteger.TEN), Status.FAIL, "1024 bits, a group of RFC 2409");
    }

    @Test
    void a_safe_prime_of_2048_bits_passes() {
        assertJudged(withPrime(FFDHE_2048, BigInteger.TEN), Status.PASS, "2048 bits, a group of RFC 7919");
    }

    @Test
    void a_modulus_that_is_no_prime_is_caught() {
        assertJudged(withPrime(FFDHE_2048.subtract(BigInteger.TEN), BigInteger.TEN), Status.FAIL, "not a prime");
    }

    @Test
    void a_prime_that_is_not_safe_is_warned_of() {
        assertJudged(
                withPrime(FFDHE_2048.subtract(BigInteger.TWO.pow(70)).nextProbablePrime(), BigInteger.TEN),
                Status.WARN,
                "not a safe prime");
    }

    @Test
    void a_public_key_that_hides_nothing_is_caught() {
        assertJudged(withPrime(FFDHE_2048, BigInteger.ONE), Status.FAIL, "hides no secret");
    }

    @Test
    void a_server_without_the_extended_master_secret_is_caught() {
        assertJudged(
                judge(
                        "TLS-S-27",
                        hello -> true,
                        Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
                                .octets()),
                Status.FAIL,
                "extended_master_secret was offered");
    }

    @ParameterizedTest
    @CsvSource({
        "TLS-S-27b, NONE, PASS, a new session took its place",
        "TLS-S-27b, RESUMES_WITHOUT_EXTENDED_MASTER_SECRET, FAIL, the session was resumed",
        "TLS-S-53, NONE, PASS, TLSv1.2: ",
        "TLS-S-53, ANY_FINISHED, FAIL, the session was accepted",
        "TLS-S-17c, NONE, PASS, refused",
        "TLS-S-17c, THREE_RENEGOTIATIONS, WARN, accepted 3 times",
        "TLS-S-17c, ANY_RENEGOTIATIONS, FAIL, 10 more",
        "TLS-S-46, NONE, PASS, unexpected_message",
        "TLS-S-46, PASSES_OVER_EARLY_CHANGE, FAIL, neither with an alert",
        "TLS-S-46, TAKES_EARLY_CHANGE, FAIL, tried to decrypt",
    })
    void a_server_of_tls_12_is_judged_by_what_it_does(String id, Fault fault, Status status, String because) {
        try (LoopbackServer server = LoopbackServer.serving(socket -> ScriptedTls12.serve(socket, fault))) {
            Verdict verdict = fault.name().contains("EARLY_CHANGE")
                    ? TlsCheckHarness.judgeImpatiently(id, server.port())
                    : TlsCheckHarness.judge(id, server.port());
            assertJudged(verdict, status, because);
        }
    }

    @Test
    void a_server_that_asks_for_no_other_key_share_is_caught() {
        assertJudged(
                judge(
                        "TLS-S-43",
                        hello -> hello.extension(Extension.KEY_SHARE)
                                .filter(shares -> shares.data().length() < 32)
                                .isPresent(),
                        OctetString.hex("15 0303 0002 0228")),
                Status.FAIL,
                "is answered with fatal alert handshake_failure");
    }

    @Test
    void a_weak_curve_is_caught() {
        OctetString exchange = OctetString.hex("03 0013 03 040000 0403 0000");
        assertJudged(
                judge(
                        "TLS-S-48",
                        hello -> hello.extension(Extension.SUPPORTED_GROUPS)
                                .filter(groups -> groups.data().toString().contains("0013"))
                                .isPresent(),
                        Flight.of(ProtocolVersion.TLS12, CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
                                .exchanging(exchange)
                                .octets()),
                Status.FAIL,
                "secp192r1");
    }
}
