package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.TlsInventory;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Checks of the cipher suites that a server accepts. */
final class SuiteTopic implements Topic {

    private static final List<ProtocolVersion> BEFORE_13 =
            List.of(ProtocolVersion.TLS12, ProtocolVersion.TLS11, ProtocolVersion.TLS10, ProtocolVersion.SSL3);

    @Override
    public List<Check> checks() {
        return List.of(
                Check.of("TLS-S-04", "no anonymous, NULL, export, RC4, DES or 3DES suite is accepted")
                        .clause("RFC 9325 section 4.1, RFC 7465")
                        .level(Level.MUST)
                        .why("With these suites an attacker on the path can read the session, or pose as the server.")
                        .fix("Accept the suites of RFC 9325 section 4.2 and no others. Postfix: anonymous suites are"
                                + " on by default for opportunistic TLS, smtpd_tls_exclude_ciphers = aNULL"
                                + " drops them. Exim: tls_require_ciphers = ECDHE+AESGCM:ECDHE+CHACHA20 with"
                                + " OpenSSL. Dovecot: ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20. Cyrus:"
                                + " tls_ciphers: ECDHE+AESGCM:ECDHE+CHACHA20.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(SuiteTopic::prohibited)),
                Check.of("TLS-S-05", "RSA key transport is not accepted, and CBC is not the only choice")
                        .clause("RFC 9325 section 4.1 and 4.2")
                        .level(Level.SHOULD)
                        .why("RSA key transport has no forward secrecy and a long history of padding oracles; CBC"
                                + " suites have padding oracles too.")
                        .fix("Disable suites that begin with TLS_RSA_, and enable AES-GCM or ChaCha20.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(SuiteTopic::discouraged)),
                Check.of("TLS-S-05b", "no order of a client's suites leads to a weaker suite than both sides support")
                        .clause("RFC 9325 section 4.2.1")
                        .level(Level.SHOULD)
                        .why("Many clients list suites in an arbitrary order; a server that follows it chooses CBC or"
                                + " no forward secrecy although both sides support better.")
                        .fix("Accept only suites with forward secrecy and AEAD, or let the server's order decide."
                                + " Postfix: tls_preempt_cipherlist = yes.")
                        .early()
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(SuiteTopic::preference)),
                Check.of("TLS-S-25", "the negotiated suite has forward secrecy")
                        .clause("RFC 9325 section 7.3")
                        .level(Level.SHOULD)
                        .why("Without it, an attacker who records sessions today and gets the server's key later can"
                                + " read them all.")
                        .fix("Prefer ECDHE.")
                        .on(Protocol.values())
                        .run(TlsCheckBody.of(SuiteTopic::forwardSecret)));
    }

    /**
     * Offers all of them together in each version that the server speaks, and removes its choice, until it accepts
     * none.
     */
    private static Verdict prohibited(Prober prober) throws IOException, BlockedException {
        Map<CipherSuite, List<String>> taken = new EnumMap<>(CipherSuite.class);
        int versions = 0;
        for (ProtocolVersion version : BEFORE_13) {
            if (version != ProtocolVersion.TLS12 && prober.chosen(version).isEmpty()) {
                continue;
            }
            versions++;
            List<CipherSuite> left = new ArrayList<>(CipherSuite.prohibited());
            Optional<CipherSuite> chosen = chosen(prober, version, left);
            while (chosen.isPresent()) {
                left.remove(chosen.get());
                taken.computeIfAbsent(chosen.get(), suite -> new ArrayList<>()).add(version.label());
                chosen = left.isEmpty() ? Optional.empty() : chosen(prober, version, left);
            }
        }
        Map<String, List<String>> byReason = new TreeMap<>();
        taken.forEach(
                (suite, in) -> byReason.computeIfAbsent(suite.prohibition().orElseThrow(), reason -> new ArrayList<>())
                        .add(suite.name() + " in " + String.join("/", in)));
        return taken.isEmpty()
                ? Verdict.pass("none of " + CipherSuite.prohibited().size() + " was accepted in " + versions
                        + (versions == 1 ? " version" : " versions"))
                : Verdict.fail("accepted: "
                        + byReason.entrySet().stream()
                                .map(reason -> String.join(", ", reason.getValue()) + " (" + reason.getKey() + ")")
                                .collect(Collectors.joining("; ")));
    }

    private static Verdict discouraged(Prober prober) throws IOException, BlockedException {
        Optional<CipherSuite> transport = chosen(
                prober,
                CipherSuite.classic().stream()
                        .filter(CipherSuite::isRsaKeyTransport)
                        .toList());
        if (transport.isPresent()) {
            return Verdict.warn("RSA key transport is accepted, as in " + transport.get());
        }
        HelloAnswer modern = prober.ask(ClientHello.modern(prober.serverName())
                .with()
                .suites(withoutCbc())
                .build());
        if (modern instanceof HelloAnswer.Hello hello) {
            return Verdict.pass("no RSA key transport; without CBC "
                    + CipherSuite.label(hello.hello().suite()) + " is chosen");
        }
        return chosen(
                        prober,
                        CipherSuite.classic().stream()
                                .filter(CipherSuite::isCbc)
                                .toList())
                .map(cbc -> Verdict.warn("only CBC suites are accepted, as " + cbc))
                .orElseGet(() -> Verdict.inconclusive("no suite of these was accepted: " + modern.description()));
    }

    /** Finds everything that is accepted, and judges the choice for the worst order of a client. */
    private static Verdict preference(Prober prober) throws IOException, BlockedException {
        TlsInventory inventory = new InventoryScan(prober).take();
        List<TlsInventory.Version> spoken = inventory.versions().stream()
                .filter(TlsInventory.Version::accepted)
                .filter(version -> !version.suites().isEmpty())
                .toList();
        if (spoken.isEmpty()) {
            return Verdict.inconclusive("no version was accepted with any suite");
        }
        String detail = spoken.stream()
                .map(version ->
                        version.name() + ": " + version.suites().size() + " suites, " + order(version.preference())
                                + (version.groups().isEmpty() ? "" : ", groups " + String.join(" ", version.groups())))
                .collect(Collectors.joining("; "));
        List<String> faults = spoken.stream()
                .filter(SuiteTopic::canEndUpWeaker)
                .map(version -> version.name() + " may choose " + worst(version) + ", though "
                        + version.suites().stream()
                                .filter(SuiteTopic::isStrong)
                                .findFirst()
                                .orElseThrow()
                        + " is accepted")
                .toList();
        return faults.isEmpty() ? Verdict.pass(detail) : Verdict.fail(String.join("; ", faults) + " (" + detail + ")");
    }

    private static String order(TlsInventory.Preference preference) {
        return switch (preference) {
            case SERVER -> "the server's order decides";
            case CLIENT -> "the client's order decides";
            case UNKNOWN -> "whose order decides was not observed";
        };
    }

    /** Whether a weaker suite may be chosen although both sides support a strong one. */
    private static boolean canEndUpWeaker(TlsInventory.Version version) {
        return version.suites().stream().anyMatch(SuiteTopic::isStrong) && !isStrong(worst(version));
    }

    /** What the server chooses if everything that it accepts is offered in the worst order. */
    private static String worst(TlsInventory.Version version) {
        List<String> suites = version.suites();
        return version.preference() == TlsInventory.Preference.CLIENT
                ? suites.stream().filter(suite -> !isStrong(suite)).findFirst().orElse(suites.get(0))
                : suites.get(0);
    }

    private static boolean isStrong(String name) {
        return CipherSuite.named(name)
                .filter(suite -> suite.isForwardSecret()
                        && suite.isAead()
                        && suite.prohibition().isEmpty())
                .isPresent();
    }

    private static List<CipherSuite> withoutCbc() {
        List<CipherSuite> suites = new ArrayList<>(CipherSuite.modern());
        CipherSuite.classic().stream().filter(suite -> !suite.isCbc()).forEach(suites::add);
        return suites;
    }

    private static Verdict forwardSecret(Prober prober) throws IOException, BlockedException {
        HelloAnswer answer = prober.ask(ClientHello.modern(prober.serverName()));
        if (!(answer instanceof HelloAnswer.Hello hello)) {
            return Verdict.inconclusive("no suite was chosen: " + answer.description());
        }
        int code = hello.hello().suite();
        Optional<CipherSuite> suite = CipherSuite.of(code);
        if (suite.isEmpty()) {
            return Verdict.undecided(
                    "the suite " + CipherSuite.label(code) + " is not known to the suite of" + " checks");
        }
        return suite.get().isForwardSecret()
                ? Verdict.pass(suite.get()
                        + hello.group().map(group -> " with " + group).orElse(""))
                : Verdict.fail(suite.get().name());
    }

    /** The suite of these that the server chooses in TLS 1.2; empty if it accepts none. */
    private static Optional<CipherSuite> chosen(Prober prober, List<CipherSuite> suites)
            throws IOException, BlockedException {
        return chosen(prober, ProtocolVersion.TLS12, suites);
    }

    private static Optional<CipherSuite> chosen(Prober prober, ProtocolVersion version, List<CipherSuite> suites)
            throws IOException, BlockedException {
        HelloAnswer answer = prober.ask(ClientHello.only(version, prober.serverName())
                .with()
                .suites(suites)
                .build());
        return answer instanceof HelloAnswer.Hello hello
                        && hello.hello().isVersion(version)
                        && hello.broken().isEmpty()
                ? CipherSuite.of(hello.hello().suite()).filter(suites::contains)
                : Optional.empty();
    }
}
