package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.HandshakeResult;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The check of a port with STARTTLS beside one with implicit TLS: an attacker on the path may connect the one to the
 * other.
 */
final class OtherPortTopic implements Topic {

    private static final String NOT_SPOKEN = "no-such-protocol";
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Function<Target, Target> other;

    OtherPortTopic() {
        this(OtherPortTopic::registered);
    }

    /**
     * The topic for servers whose other port is not the registered one.
     *
     * @param other the target with the other kind of TLS
     */
    OtherPortTopic(Function<Target, Target> other) {
        this.other = other;
    }

    private static Target registered(Target target) {
        Protocol protocol = target.scheme().protocol();
        Scheme upgraded = protocol == Protocol.SMTP ? Scheme.SUBMISSION : Scheme.upgraded(protocol);
        Scheme scheme = target.scheme().implicitTls()
                ? upgraded
                : Scheme.implicit(protocol).orElse(target.scheme());
        return target.beside(scheme, scheme.defaultPort());
    }

    @Override
    public List<Check> checks() {
        return List.of(Check.of("TLS-S-47", "STARTTLS and implicit TLS with one certificate are kept apart by ALPN")
                .clause("RFC 9325 section 3.8 and 3.9, RFC 7301 section 3.2")
                .level(Level.SHOULD)
                .why("An attacker on the path can connect a client of implicit TLS to the port with STARTTLS, and give"
                        + " the server commands of its own before; the client then takes the answers for its own"
                        + " (Opossum). Only a name of the protocol that both sides demand prevents that.")
                .fix("Switch one of the two ports off, or use a certificate of its own for each; where the TLS library"
                        + " can, refuse unknown names in ALPN with no_application_protocol.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(this::apart)));
    }

    private Verdict apart(Prober prober) throws IOException, BlockedException {
        CheckContext context = prober.context();
        Target second = other.apply(context.target());
        if (second.equals(context.target())) {
            return Verdict.skip("there is no other kind of TLS for this protocol");
        }
        Duration answer = context.settings().answer();
        try (CheckContext there = context.beside(
                second, context.settings().withAnswer(answer.compareTo(LONGEST) < 0 ? answer : LONGEST))) {
            Seen farther;
            try {
                farther = Seen.of(new Prober(there));
            } catch (IOException | BlockedException e) {
                return Verdict.skip("no TLS on " + second + ": " + e.getMessage());
            }
            Seen here = Seen.of(prober);
            if (farther.certificate().isEmpty() || here.certificate().isEmpty()) {
                return Verdict.skip("no certificate was seen on " + second);
            }
            if (!here.certificate().equals(farther.certificate())) {
                return Verdict.pass(second + " has another certificate");
            }
            if (here.refusesUnknownNames() || farther.refusesUnknownNames()) {
                return Verdict.pass(second + " has the same certificate, but unknown names in ALPN are refused");
            }
            return Verdict.warn(second + " has the same certificate, and both take any name in ALPN");
        }
    }

    /**
     * What a port shows.
     *
     * @param certificate the server's own, as its public key and names are what a client looks at
     * @param refusesUnknownNames whether a name that it does not speak is refused as such
     */
    private record Seen(Optional<X509Certificate> certificate, boolean refusesUnknownNames) {
        static Seen of(Prober prober) throws IOException, BlockedException {
            HandshakeResult handshake;
            try (Conversation conversation = prober.connectForTls()) {
                handshake = conversation.handshake(prober.context().offer());
            }
            HelloAnswer answer = prober.ask(ClientHello.modern(prober.serverName())
                    .with()
                    .extension(ClientExtensions.alpn(List.of(NOT_SPOKEN)))
                    .build());
            return new Seen(
                    handshake instanceof HandshakeResult.Done done
                            ? done.chain().stream().findFirst()
                            : Optional.empty(),
                    answer instanceof HelloAnswer.Refused refused && refused.isOneOf(Alert.NO_APPLICATION_PROTOCOL));
        }
    }
}
