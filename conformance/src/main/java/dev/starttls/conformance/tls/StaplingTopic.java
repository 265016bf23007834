package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.ServedChain.Stapling;
import dev.starttls.conformance.tls.ServedChains.Group;
import dev.starttls.conformance.tls.ServedChains.Judged;
import dev.starttls.conformance.tls.certificate.StapledResponse;
import dev.starttls.conformance.tls.certificate.StaplingRules;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Checks the OCSP responses that come with the server's certificates. */
final class StaplingTopic implements Topic {

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-33", "a certificate that demands a stapled OCSP response comes with one")
                        .clause("RFC 7633 section 4.1")
                        .level(Level.MUST)
                        .why("Clients that know the TLS feature extension refuse the certificate without a response,"
                                + " as if it were revoked.")
                        .fix("Turn on OCSP stapling in the server, or request a certificate without must-staple.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(StaplingTopic::demanded)),
                Check.of("TLS-S-34", "a stapled OCSP response says that the certificate is good")
                        .clause("RFC 6960 section 3.2 and 4.2.2.1, RFC 6066 section 8")
                        .level(Level.MUST)
                        .why("A client that gets the response believes it: a revoked certificate is refused, and a"
                                + " response that is out of date or not for the certificate is as bad as none.")
                        .fix("Replace a revoked certificate; let the server fetch a new response in time.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(StaplingTopic::status)));
    }

    private static Verdict demanded(Prober prober) throws IOException, BlockedException {
        List<Judged> judged = new ArrayList<>();
        for (Group group : ServedChains.of(prober).expected()) {
            if (StaplingRules.mustStaple(group.leaf())) {
                judged.add(new Judged(group, demanded(group)));
            }
        }
        return judged.isEmpty() ? Verdict.skip("no certificate demands one") : ServedChains.combined(judged);
    }

    private static Verdict demanded(Group group) {
        List<ServedChain> asked = group.occasions().stream()
                .filter(one -> one.stapling() == Stapling.REQUESTED)
                .toList();
        if (asked.isEmpty()) {
            return Verdict.undecided("the certificate demands one, and whether one comes was not seen");
        }
        return asked.stream()
                .filter(one -> one.stapled().isEmpty())
                .findFirst()
                .map(one -> Verdict.fail("the certificate demands a response, and none came in " + one.occasion()
                        + " although the client asked for it"))
                .orElseGet(() -> Verdict.pass("a response came"));
    }

    private static Verdict status(Prober prober) throws IOException, BlockedException {
        List<Judged> judged = new ArrayList<>();
        for (Group group : ServedChains.of(prober).expected()) {
            group.occasions().stream()
                    .filter(one -> one.stapled().isPresent())
                    .findFirst()
                    .ifPresent(one -> judged.add(new Judged(group, status(prober, one))));
        }
        return judged.isEmpty() ? Verdict.skip("no response was stapled") : ServedChains.combined(judged);
    }

    private static Verdict status(Prober prober, ServedChain one) {
        StapledResponse response = StaplingRules.judge(
                one.chain(),
                CertificateTopic.roots(prober.context()),
                one.stapled().orElseThrow().array(),
                Instant.now());
        if (response instanceof StapledResponse.Revoked revoked) {
            return Verdict.fail("the stapled response says: " + revoked.detail());
        }
        if (response instanceof StapledResponse.Useless useless) {
            return Verdict.warn("the stapled response is of no use: " + useless.why());
        }
        return response instanceof StapledResponse.Good
                ? Verdict.pass("the stapled response says that the certificate is good")
                : Verdict.undecided("the issuer of the certificate is not known");
    }
}
