package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.Ssl2ClientHello;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer to each version offered alone.
 *
 * @param answers one answer for each version
 * @param unfinished why no handshake of TLS 1.3 could be finished although its ServerHello came
 */
record VersionTable(Map<ProtocolVersion, HelloAnswer> answers, Optional<HandshakeProof.Unfinished> unfinished) {

    /** Offers every version, on a connection of its own. */
    static VersionTable of(Prober prober) throws IOException, BlockedException {
        Map<ProtocolVersion, HelloAnswer> answers = new EnumMap<>(ProtocolVersion.class);
        for (ProtocolVersion version : ProtocolVersion.values()) {
            answers.put(
                    version,
                    version == ProtocolVersion.SSL2
                            ? prober.ask("SSLv2 CLIENT-HELLO", Ssl2ClientHello.record())
                            : prober.ask(ClientHello.only(version, prober.serverName())));
        }
        HelloAnswer newest = answers.get(ProtocolVersion.TLS13);
        return new VersionTable(
                answers,
                newest instanceof HelloAnswer.Hello hello && takes(ProtocolVersion.TLS13, newest)
                        ? HandshakeProof.ofTls13(prober, hello.hello())
                        : Optional.empty());
    }

    /** The versions that the server accepted, oldest first. */
    List<ProtocolVersion> spoken() {
        return answers.entrySet().stream()
                .filter(entry -> takes(entry.getKey(), entry.getValue()))
                .map(Map.Entry::getKey)
                .filter(version -> version != ProtocolVersion.TLS13 || unfinished.isEmpty())
                .toList();
    }

    private static boolean takes(ProtocolVersion version, HelloAnswer answer) {
        if (answer instanceof HelloAnswer.Hello hello) {
            return hello.hello().isVersion(version) && hello.broken().isEmpty();
        }
        return answer instanceof HelloAnswer.Ssl2Hello;
    }

    /** Whether any answer was a ServerHello or an alert. */
    boolean isTls() {
        return answers.values().stream()
                .anyMatch(answer -> answer instanceof HelloAnswer.Hello
                        || answer instanceof HelloAnswer.Refused
                        || answer instanceof HelloAnswer.Ssl2Hello);
    }

    /** The table in one line. */
    String description() {
        List<ProtocolVersion> spoken = spoken();
        List<String> cells = new ArrayList<>();
        answers.forEach((version, answer) ->
                cells.add(version.label() + " " + (spoken.contains(version) ? "yes" : "no: " + answer.description())));
        unfinished.ifPresent(proof -> cells.add("the handshake of TLSv1.3 is not finished: " + proof.why()));
        return String.join(", ", cells);
    }
}
