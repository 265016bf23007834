package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The check of whether a server tells right and wrong paddings of RSA apart, so that ciphertexts can be decrypted. */
final class RsaOracleTopic implements Topic {

    private static final int CLIENT_KEY_EXCHANGE = 16;
    private static final int PREMASTER = 48;
    private static final int ROUNDS = 2;
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final OctetString CHANGE_CIPHER_SPEC = record(ContentType.CHANGE_CIPHER_SPEC, OctetString.hex("01"));

    @Override
    public List<Check> checks() {
        return List.of(Check.of("TLS-S-45", "right and wrong paddings of RSA key transport get the same answer")
                .clause("RFC 5246 section 7.4.7.1, RFC 9325 section 4.1, CVE-2017-13099")
                .level(Level.SECURITY)
                .why("A server that answers a wrong padding in another way decrypts recorded sessions, and signs, for"
                        + " whoever asks often enough (Bleichenbacher, ROBOT).")
                .fix("Disable the suites that begin with TLS_RSA_; update the TLS library or the appliance.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(RsaOracleTopic::oracle)));
    }

    /** A premaster secret as it is before it is encrypted (RFC 8017 section 7.2.1), right or with one fault. */
    private enum Padding {
        RIGHT,
        WRONG_BLOCK_TYPE,
        NO_SEPARATOR,
        EARLY_SEPARATOR,
        WRONG_VERSION;

        BigInteger block(int length) {
            byte[] block = new byte[length];
            Arrays.fill(block, (byte) 0x5a);
            block[0] = 0;
            block[1] = (byte) (this == WRONG_BLOCK_TYPE ? 0x17 : 2);
            int separator = length - PREMASTER - 1;
            block[separator] = (byte) (this == NO_SEPARATOR ? 0x5a : 0);
            if (this == EARLY_SEPARATOR) {
                block[4] = 0;
            }
            block[separator + 1] = (byte) (this == WRONG_VERSION ? 2 : 3);
            block[separator + 2] = (byte) (this == WRONG_VERSION ? 2 : 3);
            return new BigInteger(1, block);
        }
    }

    private static Verdict oracle(Prober prober) throws IOException, BlockedException {
        Map<Padding, Set<String>> answers = new EnumMap<>(Padding.class);
        for (int round = 0; round < ROUNDS; round++) {
            for (Padding padding : Padding.values()) {
                Optional<String> answer = answer(prober, padding);
                if (answer.isEmpty()) {
                    return answers.isEmpty()
                            ? Verdict.skip("RSA key transport is not accepted")
                            : Verdict.inconclusive("RSA key transport is accepted no longer, after " + answers);
                }
                answers.computeIfAbsent(padding, first -> new HashSet<>()).add(answer.get());
            }
        }
        Set<String> all = new HashSet<>();
        answers.values().forEach(all::addAll);
        if (all.size() == 1) {
            return Verdict.pass("all " + Padding.values().length + " paddings were answered twice with " + all);
        }
        boolean steady = answers.values().stream().allMatch(seen -> seen.size() == 1);
        return steady
                ? Verdict.fail("each padding was answered twice in the same way, but not as the others: " + answers)
                : Verdict.undecided("the answers change from one time to the next: " + answers);
    }

    /** What the server says to a key exchange with this padding and a wrong Finished; empty if it takes no RSA. */
    private static Optional<String> answer(Prober prober, Padding padding) throws IOException, BlockedException {
        ClientHello hello = ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .suites(CipherSuite.classic().stream()
                        .filter(CipherSuite::isRsaKeyTransport)
                        .toList())
                .build();
        try (Conversation conversation = prober.connectForTls()) {
            HelloAnswer answer = prober.ask(conversation, hello);
            Optional<RSAPublicKey> key = answer instanceof HelloAnswer.Hello taken
                            && taken.broken().isEmpty()
                            && CipherSuite.of(taken.hello().suite())
                                    .filter(CipherSuite::isRsaKeyTransport)
                                    .isPresent()
                    ? key(taken.certificates())
                    : Optional.empty();
            if (key.isEmpty()) {
                return Optional.empty();
            }
            conversation.record(From.CLIENT, "ClientKeyExchange " + padding + ", ChangeCipherSpec, wrong Finished");
            conversation
                    .wire()
                    .write(exchange(key.get(), padding)
                            .and(CHANGE_CIPHER_SPEC)
                            .and(record(ContentType.HANDSHAKE, OctetString.zeros(64)))
                            .array());
            String came = came(prober, conversation);
            conversation.record(From.SERVER, came);
            return Optional.of(came);
        }
    }

    private static Optional<RSAPublicKey> key(List<OctetString> certificates) {
        if (certificates.isEmpty()) {
            return Optional.empty();
        }
        try {
            X509Certificate leaf = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(certificates.get(0).array()));
            return leaf.getPublicKey() instanceof RSAPublicKey key ? Optional.of(key) : Optional.empty();
        } catch (CertificateException e) {
            return Optional.empty();
        }
    }

    private static OctetString exchange(RSAPublicKey key, Padding padding) {
        int length = (key.getModulus().bitLength() + 7) / 8;
        byte[] number = padding.block(length)
                .modPow(key.getPublicExponent(), key.getModulus())
                .toByteArray();
        byte[] encrypted = new byte[length];
        int significant = Math.min(number.length, length);
        System.arraycopy(number, number.length - significant, encrypted, length - significant, significant);
        OctetString body =
                OctetString.of(new byte[] {(byte) (length >> 8), (byte) length}).and(OctetString.of(encrypted));
        return record(ContentType.HANDSHAKE, new HandshakeMessage(CLIENT_KEY_EXCHANGE, body).octets());
    }

    private static OctetString record(ContentType type, OctetString content) {
        return RecordSplitter.record(type.code(), ProtocolVersion.TLS12.code(), content);
    }

    /** An end is an end, with or without a reset: which of the two comes depends on time and not on the padding. */
    private static String came(Prober prober, Conversation conversation) {
        WireStream stream = prober.stream(conversation);
        Duration answer = prober.context().settings().answer().dividedBy(2);
        stream.within(answer.compareTo(LONGEST) < 0 ? answer : LONGEST);
        try {
            TlsRecord record = TlsRecord.read(stream);
            return record.type() == ContentType.ALERT.code() && record.content().length() == 2
                    ? Alert.parse(record.content()).toString()
                    : "a record of type " + record.type();
        } catch (IOException e) {
            return stream.received(e) instanceof Received.Silence ? "silence" : "the end of the connection";
        }
    }
}
