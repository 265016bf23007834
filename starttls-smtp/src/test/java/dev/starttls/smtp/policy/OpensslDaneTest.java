package dev.starttls.smtp.policy;

import static dev.starttls.smtp.policy.DaneFixture.BASE;
import static dev.starttls.smtp.policy.DaneFixture.LEAF;
import static dev.starttls.smtp.policy.DaneFixture.MIDDLE;
import static dev.starttls.smtp.policy.DaneFixture.OTHER_ROOT;
import static dev.starttls.smtp.policy.DaneFixture.ROOT;
import static dev.starttls.smtp.policy.DaneFixture.tlsa;
import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.dns.DnsRecord.Tlsa;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ExternalProgram.Outcome;
import dev.starttls.core.testing.PemFiles;
import dev.starttls.core.testing.ServerProcess;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.tls.ServerVerifier.Accepted;
import dev.starttls.core.tls.ServerVerifier.Verdict;
import dev.starttls.smtp.policy.DaneFixture.Chain;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** OpenSSL, which judges the same chains by the same records, comes to the same verdicts. */
@Tag("peers")
@Timeout(600)
class OpensslDaneTest {

    private static final Pattern ACCEPTS = Pattern.compile("ACCEPT .*:(\\d+)\\R");

    @TempDir
    Path folder;

    static Stream<String> chains() {
        // Of two certificates of one issuer, OpenSSL follows one and does not come back for the other.
        return DaneFixture.chains().keySet().stream().filter(name -> !name.equals("cross-signed"));
    }

    @ParameterizedTest
    @MethodSource("chains")
    void each_verdict_is_that_of_openssl(String name) throws Exception {
        ExternalProgram openssl = ExternalProgram.named("openssl");
        Chain chain = DaneFixture.chains().get(name);
        Path key = PemFiles.write(folder.resolve("key.pem"), List.of(chain.key()));
        Path leaf = PemFiles.write(folder.resolve("leaf.pem"), List.of(chain.leaf()));
        Path all = PemFiles.write(folder.resolve("all.pem"), chain.sent());
        Process server = openssl.start(
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-cert",
                leaf.toString(),
                "-key",
                key.toString(),
                "-cert_chain",
                all.toString());
        ServerProcess running = new ServerProcess("openssl s_server", folder, server);
        try {
            running.awaitOutput("ACCEPT ");
            Matcher accepts = ACCEPTS.matcher(running.output());
            assertThat(accepts.find()).as(running.output()).isTrue();
            int port = Integer.parseInt(accepts.group(1));
            Map<String, Boolean> ours = new LinkedHashMap<>();
            Map<String, Boolean> theirs = new LinkedHashMap<>();
            for (List<Tlsa> records : records(chain)) {
                String published = records.stream()
                        .map(record -> record.usage() + " " + record.selector() + " " + record.matchingType() + " "
                                + whose(record, chain))
                        .toList()
                        .toString();
                Verdict verdict = DaneFixture.verifier(records.toArray(Tlsa[]::new))
                        .verify(ServerIdentity.of(BASE), chain.sent());
                ours.put(published, verdict instanceof Accepted);
                theirs.put(published, accepts(openssl, port, records));
            }
            assertThat(ours).isEqualTo(theirs).hasSizeGreaterThan(12);
        } finally {
            running.stop();
        }
    }

    /** Each certificate by each usage, selector and matching type that makes a difference, and some sets of several. */
    private static List<List<Tlsa>> records(Chain chain) {
        List<List<Tlsa>> records = new ArrayList<>();
        List<X509Certificate> certificates = new ArrayList<>(chain.sent());
        Stream.of(ROOT, OTHER_ROOT)
                .map(TestAuthority::certificate)
                .filter(each -> !certificates.contains(each))
                .forEach(certificates::add);
        for (X509Certificate certificate : certificates) {
            records.add(List.of(tlsa(3, 1, 1, certificate)));
            records.add(List.of(tlsa(2, 0, 1, certificate)));
            records.add(List.of(tlsa(2, 0, 0, certificate)));
            records.add(List.of(tlsa(2, 1, 0, certificate)));
        }
        records.add(List.of(tlsa(3, 0, 0, chain.leaf())));
        records.add(List.of(tlsa(3, 1, 0, chain.leaf())));
        records.add(List.of(tlsa(3, 1, 1, OTHER_ROOT.certificate()), tlsa(2, 0, 2, ROOT.certificate())));
        records.add(List.of(tlsa(2, 1, 1, OTHER_ROOT.certificate()), tlsa(3, 1, 2, chain.leaf())));
        // Digest agility: the strong one, which is of another, counts alone.
        records.add(List.of(tlsa(3, 1, 1, chain.leaf()), tlsa(3, 1, 2, OTHER_ROOT.certificate())));
        records.add(List.of(tlsa(2, 1, 1, ROOT.certificate()), tlsa(2, 1, 2, LEAF.certificate())));
        records.add(List.of(tlsa(2, 0, 1, MIDDLE.certificate()), tlsa(2, 1, 2, LEAF.certificate())));
        return records;
    }

    private static String whose(Tlsa record, Chain chain) {
        for (X509Certificate each : chain.sent()) {
            if (TlsaAssociation.matches(record, each)) {
                return chain.sent().indexOf(each) + " "
                        + each.getSubjectX500Principal().getName();
            }
        }
        return "not sent " + record.data().substring(0, 12);
    }

    private static boolean accepts(ExternalProgram openssl, int port, List<Tlsa> records) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "s_client",
                "-brief",
                "-no-CAfile",
                "-no-CApath",
                "-no-CAstore",
                "-connect",
                "127.0.0.1:" + port,
                "-dane_ee_no_namechecks",
                "-dane_tlsa_domain",
                BASE));
        for (Tlsa record : records) {
            arguments.add("-dane_tlsa_rrdata");
            arguments.add(record.toString());
        }
        Outcome outcome = openssl.run("", arguments.toArray(String[]::new));
        boolean accepted = outcome.output().contains("Verification: OK");
        assertThat(accepted || outcome.output().contains("Verification error: "))
                .as(arguments + outcome.output())
                .isTrue();
        return accepted;
    }
}
