package dev.starttls.conformance.client.tls;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientProfile;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.pki.OddCertificate;
import dev.starttls.conformance.client.server.DeviantTls;
import dev.starttls.conformance.client.server.DeviantTls.Delivery;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation.Expectation;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ClientOffer;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** The cases of TLS, which are the same for all protocols. */
public final class TlsCases {

    private TlsCases() {}

    /** Made for one protocol. */
    public static List<ClientCase> of(ClientProfile profile) {
        Protocol protocol = profile.dialect().protocol();
        return Stream.of(
                        CertificateCases.of(protocol),
                        VersionCases.of(protocol),
                        KeyExchangeCases.of(protocol),
                        HandshakeCases.of(protocol),
                        RecordCases.of(protocol))
                .flatMap(List::stream)
                .toList();
    }

    /**
     * What a case says of itself.
     *
     * @param why what happens where a client does it wrong
     * @param fix what a user sets, or an author does
     */
    record Rule(String title, String clause, Level level, String why, String fix) {
        /** For one of two versions. */
        Rule in(ProtocolVersion version, String other) {
            return new Rule(
                    title + " in TLS " + (version == ProtocolVersion.TLS13 ? "1.3" : "1.2"), other, level, why, fix);
        }
    }

    static ClientCase.Draft draft(Protocol protocol, String id, Rule rule) {
        return attempt(protocol, id, rule).needs(Control.Need.TLS);
    }

    /** A case that says something of a client too whose handshake with the well-behaved server fails. */
    static ClientCase.Draft attempt(Protocol protocol, String id, Rule rule) {
        return ClientCase.of(id, rule.title())
                .clause(rule.clause())
                .level(rule.level())
                .why(rule.why())
                .fix(rule.fix())
                .on(protocol)
                .underEachPolicy()
                .needs(Control.Need.HELLO);
    }

    /** A case of a deviation, judged as the client has to react in this version. */
    static ClientCase deviation(
            Protocol protocol, String id, Rule rule, TlsDeviation deviation, ProtocolVersion version) {
        return draft(protocol, id, rule).script(deviating(deviation, version)).judge(judge(deviation, version));
    }

    static BiFunction<Trial, Control, Verdict> judge(TlsDeviation deviation, ProtocolVersion version) {
        Expectation expectation = deviation.expectation(version);
        if (expectation == Expectation.GO_ON) {
            return TlsJudgements::goesOn;
        }
        if (expectation == Expectation.EITHER) {
            return TlsJudgements::either;
        }
        if (!deviation.isAfterClientFinished(version)) {
            return TlsJudgements::refuses;
        }
        return deviation == TlsDeviation.RECORD_OVERFLOW || deviation == TlsDeviation.MAC_FLIPPED
                ? TlsJudgements::refusesData
                : TlsJudgements::refusesInSession;
    }

    /** A server with a good certificate that deviates. */
    static Function<CaseKit, Script> deviating(TlsDeviation deviation, ProtocolVersion version) {
        return delivering(deviation, version, Delivery.AT_ONCE);
    }

    static Function<CaseKit, Script> delivering(TlsDeviation deviation, ProtocolVersion version, Delivery delivery) {
        // A suite with RSA keys needs one in the certificate, and only that is odd about it then.
        OddCertificate good = deviation.needsRsa() || deviation == TlsDeviation.SUITE_EXPORT
                ? OddCertificate.GOOD_RSA
                : OddCertificate.GOOD;
        return kit -> script(kit, good, version, deviation, delivery);
    }

    /** A server with another certificate, which does nothing else wrong. */
    static Function<CaseKit, Script> presenting(OddCertificate certificate) {
        return kit -> script(kit, certificate, kit.control().version(), TlsDeviation.NONE, Delivery.AT_ONCE);
    }

    private static Script script(
            CaseKit kit,
            OddCertificate certificate,
            ProtocolVersion version,
            TlsDeviation deviation,
            Delivery delivery) {
        DeviantTls tls =
                new DeviantTls(kit.pki().credentials(certificate), version, deviation, delivery, kit.patience());
        String wrong = DeviantTls.words(deviation, delivery);
        boolean good = certificate == OddCertificate.GOOD || certificate == OddCertificate.GOOD_RSA;
        return kit.benign().tls(tls, good ? wrong : certificate.presented());
    }

    /** What a ClientHello offers; empty if its extensions do not have their form. */
    static Optional<ClientOffer> offer(ClientHello hello) {
        try {
            return Optional.of(ClientOffer.of(hello));
        } catch (MalformedException e) {
            return Optional.empty();
        }
    }
}
