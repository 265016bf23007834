package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.wire.CipherSuite;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.KeyExchange;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.ServerHello;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What in a ServerHello was not offered by the ClientHello that it answers. */
final class HelloComparison {

    /** All that may stand in a ServerHello of TLS 1.3 or a HelloRetryRequest; the rest is encrypted. */
    private static final Set<Integer> UNENCRYPTED_IN_13 =
            Set.of(Extension.SUPPORTED_VERSIONS, Extension.KEY_SHARE, Extension.PRE_SHARED_KEY, Extension.COOKIE);

    private HelloComparison() {}

    /** The faults; none if it has only what was offered. */
    static List<String> faults(ClientHello offered, HelloAnswer.Hello answer) {
        ServerHello chosen = answer.hello();
        List<String> faults = new ArrayList<>();
        if (!offered.suites().contains(chosen.suite())) {
            faults.add("the suite " + CipherSuite.label(chosen.suite()) + " was not offered");
        }
        boolean tls13 = chosen.isVersion(ProtocolVersion.TLS13);
        if (CipherSuite.of(chosen.suite())
                .filter(suite -> suite.isTls13() != tls13)
                .isPresent()) {
            faults.add(CipherSuite.label(chosen.suite()) + " is not a suite of "
                    + ProtocolVersion.label(chosen.version()));
        }
        if (chosen.compression() != 0) {
            faults.add("the compression method " + chosen.compression() + " was not offered");
        }
        if (tls13) {
            newer(offered, chosen, faults);
        }
        extensions(offered, chosen, tls13, faults);
        group(offered, answer, faults);
        return faults;
    }

    private static void newer(ClientHello offered, ServerHello chosen, List<String> faults) {
        if (!chosen.sessionId().equals(offered.sessionId())) {
            faults.add("the session id of the client was not sent back, but '" + chosen.sessionId() + "'");
        }
        if (chosen.legacyVersion() != ProtocolVersion.TLS12.code()) {
            faults.add("legacy_version is " + ProtocolVersion.label(chosen.legacyVersion()) + ", not TLSv1.2");
        }
    }

    private static void extensions(ClientHello offered, ServerHello chosen, boolean tls13, List<String> faults) {
        Set<Integer> seen = new HashSet<>();
        for (Extension extension : chosen.extensions()) {
            String name = Extension.label(extension.type());
            if (!seen.add(extension.type())) {
                faults.add("the extension " + name + " came twice");
            }
            boolean asked = offered.extension(extension.type()).isPresent()
                    || (extension.type() == Extension.COOKIE && chosen.isRetryRequest());
            if (!asked) {
                faults.add("the extension " + name + " was not offered");
            } else if (tls13 && !UNENCRYPTED_IN_13.contains(extension.type())) {
                faults.add("the extension " + name + " has to be encrypted in TLSv1.3");
            }
        }
    }

    private static void group(ClientHello offered, HelloAnswer.Hello answer, List<String> faults) {
        Optional<String> name = answer.group();
        Optional<NamedGroup> group = name.flatMap(label -> Arrays.stream(NamedGroup.values())
                .filter(one -> one.label().equals(label))
                .findFirst());
        Optional<OctetString> groups =
                offered.extension(Extension.SUPPORTED_GROUPS).map(Extension::data);
        boolean finite = answer.keyExchange().flatMap(KeyExchange::field).isPresent();
        if (group.isPresent()
                && groups.isPresent()
                && !finite
                && !lists(groups.get(), group.get().code())) {
            faults.add("the group " + name.get() + " was not offered");
        }
    }

    /** Whether a vector of numbers of two octets, with its length before it, has this number. */
    private static boolean lists(OctetString vector, int number) {
        for (int i = 2; i + 1 < vector.length(); i += 2) {
            if ((vector.at(i) << 8 | vector.at(i + 1)) == number) {
                return true;
            }
        }
        return false;
    }
}
