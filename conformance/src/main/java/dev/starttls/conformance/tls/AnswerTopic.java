package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.Tls13Session;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.MalformedHello;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks that a server answers with what was offered, and refuses what it must not accept. */
final class AnswerTopic implements Topic {

    private static final int SLOWER = 5;
    private static final Duration AT_LEAST = Duration.ofSeconds(1);
    private static final List<Integer> WITH_COMPRESSION = List.of(1, 0);
    private static final List<String> OTHER_PROTOCOLS = List.of("h2", "http/1.1", "ftp", "irc");

    @Override
    public List<Check> checks() {
        return List.of(
                answer("TLS-S-42", "a malformed ClientHello is answered with an alert")
                        .clause("RFC 8446 section 6 and 6.2, RFC 5246 section 7.2.2")
                        .why("A server that stays silent keeps the connection and its memory as long as a client likes;"
                                + " one that goes on has read beyond a field, as in many attacks on parsers.")
                        .fix(
                                "Send the alert of the TLS library, decode_error or illegal_parameter, and close. The TLS of"
                                        + " Java 17 (JSSE) does not notice a key_share of one octet when the server program"
                                        + " catches only SSLException: catch RuntimeException too, and close.")
                        .early()
                        .run(TlsCheckBody.of(AnswerTopic::malformed)),
                answer("TLS-S-54", "a ClientHello of TLS 1.3 that breaks its rules is refused")
                        .clause("RFC 8446 section 4.1.2 and 9.2")
                        .why("The rules keep old weaknesses out of TLS 1.3: no compression, and no key exchange or"
                                + " signature that the client did not ask for.")
                        .fix("Use a TLS library that enforces the rules of TLS 1.3. The TLS of Java (JSSE) passes over"
                                + " compression that is offered, and uses none.")
                        .run(TlsCheckBody.of(AnswerTopic::rules)),
                answer("TLS-S-50", "the ServerHello has only what the client offered")
                        .clause("RFC 8446 section 4.1.3 and 4.2, RFC 5246 section 7.4.1.3 and 7.4.1.4")
                        .why("Clients must end the handshake if a suite, a group, an extension or an id comes that they"
                                + " did not offer, and so cannot connect.")
                        .fix("Update the TLS library, or the proxy that ends TLS before the server.")
                        .run(TlsCheckBody.of(AnswerTopic::consistent)),
                answer("TLS-S-44", "no other protocol is agreed on with ALPN")
                        .clause("RFC 7301 section 3.2, RFC 9325 section 3.8")
                        .why(
                                "A mail server that agrees to speak HTTP can be used to attack the web server with the same"
                                        + " certificate (ALPACA), and a client that did not offer a protocol must refuse it.")
                        .fix("Configure no protocols of HTTP for this port; refuse protocols that the server does not"
                                + " speak with no_application_protocol, or ignore the extension.")
                        .run(TlsCheckBody.of(AnswerTopic::otherProtocol)));
    }

    private static Check.Draft answer(String id, String title) {
        return Check.of(id, title).level(Level.MUST).on(Protocol.values());
    }

    private static Verdict malformed(Prober prober) throws IOException, BlockedException {
        ClientHello sound = ClientHello.modern(prober.serverName());
        HelloAnswer control;
        Duration took;
        try (Conversation conversation = prober.connectForTls()) {
            long asked = System.nanoTime();
            control = prober.ask(conversation, sound);
            took = Duration.ofNanos(System.nanoTime() - asked);
        }
        if (!isTaken(control)) {
            return Verdict.inconclusive("a right ClientHello is not accepted: " + control.description());
        }
        boolean tls13 = ((HelloAnswer.Hello) control).hello().isVersion(ProtocolVersion.TLS13);
        CombinedVerdict combined = new CombinedVerdict();
        for (MalformedHello kind : MalformedHello.values()) {
            if (kind.isOnlyInTls13() && !tls13) {
                continue;
            }
            if (kind == MalformedHello.SHORT_KEY) {
                combined.add(kind.description(), shortKey(prober, sound, took));
                continue;
            }
            HelloAnswer answer = prober.ask(kind.description(), kind.records(sound));
            Verdict verdict = refusal(prober, sound, answer);
            combined.add(kind.description(), kind.isHarmless() ? tolerant(answer, verdict) : verdict);
            if (answer instanceof HelloAnswer.Silent) {
                break;
            }
        }
        return combined.verdict();
    }

    private static boolean isTaken(HelloAnswer answer) {
        return answer instanceof HelloAnswer.Hello hello && hello.broken().isEmpty();
    }

    /** Passes with any alert, warns without one, and fails if the server goes on or is silent. */
    private static Verdict refusal(Prober prober, ClientHello sound, HelloAnswer answer)
            throws IOException, BlockedException {
        if (answer instanceof HelloAnswer.Refused) {
            return Verdict.pass(answer.description());
        }
        if (answer instanceof HelloAnswer.Closed || answer instanceof HelloAnswer.Reset) {
            return Verdict.warn(answer.description() + "; an alert was expected first");
        }
        if (answer instanceof HelloAnswer.Silent) {
            HelloAnswer control = prober.ask(sound);
            return isTaken(control)
                    ? Verdict.fail(answer.description() + ", while a right ClientHello is answered at once")
                    : Verdict.inconclusive("the server answers no longer: " + control.description());
        }
        return answer instanceof HelloAnswer.Hello
                ? Verdict.fail("the server went on with " + answer.description())
                : Verdict.fail("expected an alert, got " + answer.description());
    }

    /**
     * The TLS of Java 17 falls silent on this one alone, and a server program cannot change that: so it is a warning, and
     * not waited for as long as for another answer.
     */
    private static Verdict shortKey(Prober prober, ClientHello sound, Duration took)
            throws IOException, BlockedException {
        MalformedHello kind = MalformedHello.SHORT_KEY;
        Duration usual = took.multipliedBy(SLOWER).plus(AT_LEAST);
        Duration answerTime = prober.context().settings().answer();
        Duration limit = usual.compareTo(answerTime) < 0 ? usual : answerTime;
        HelloAnswer answer = prober.ask(kind.description(), kind.records(sound), limit);
        if (answer instanceof HelloAnswer.Silent) {
            return Verdict.warn("no answer within " + limit.toMillis()
                    + " ms, while a right ClientHello was answered after " + took.toMillis() + " ms");
        }
        // A server that prefers another group need not look at the key.
        return answer instanceof HelloAnswer.Hello hello && hello.hello().isRetryRequest()
                ? Verdict.pass(answer.description())
                : refusal(prober, sound, answer);
    }

    /** A server that goes on although nothing can come of it violates the clause, but no client need fear it. */
    private static Verdict tolerant(HelloAnswer answer, Verdict verdict) {
        return answer instanceof HelloAnswer.Hello
                ? Verdict.warn(verdict.detail() + ", where an alert is required; no attack follows from that")
                : verdict;
    }

    private static Verdict rules(Prober prober) throws IOException, BlockedException {
        ClientHello sound = ClientHello.only(ProtocolVersion.TLS13, prober.serverName());
        if (!isTaken(prober.ask(sound))) {
            return Verdict.skip("TLSv1.3 is not spoken");
        }
        Map<String, ClientHello> broken = new LinkedHashMap<>();
        broken.put(
                "compression offered",
                sound.with().compressions(WITH_COMPRESSION).build());
        broken.put(
                "no signature_algorithms",
                sound.with().without(Extension.SIGNATURE_ALGORITHMS).build());
        broken.put(
                "key_share without supported_groups",
                sound.with().without(Extension.SUPPORTED_GROUPS).build());
        CombinedVerdict combined = new CombinedVerdict();
        for (Map.Entry<String, ClientHello> one : broken.entrySet()) {
            HelloAnswer answer = prober.ask(one.getValue());
            Verdict verdict = refusal(prober, sound, answer);
            boolean harmless = answer instanceof HelloAnswer.Hello hello
                    && one.getValue().compressions().equals(WITH_COMPRESSION)
                    && hello.hello().compression() == 0;
            combined.add(one.getKey(), harmless ? tolerant(answer, verdict) : verdict);
            if (answer instanceof HelloAnswer.Silent) {
                break;
            }
        }
        return combined.verdict();
    }

    private static Verdict consistent(Prober prober) throws IOException, BlockedException {
        Map<String, ClientHello> hellos = new LinkedHashMap<>();
        hellos.put("TLSv1.3 and TLSv1.2 offered", ClientHello.modern(prober.serverName()));
        hellos.put("TLSv1.2 offered", ClientHello.only(ProtocolVersion.TLS12, prober.serverName()));
        hellos.put(
                "TLSv1.2 offered with few extensions",
                ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                        .with()
                        .without(Extension.EXTENDED_MASTER_SECRET)
                        .without(Extension.SESSION_TICKET)
                        .without(Extension.EC_POINT_FORMATS)
                        .build());
        CombinedVerdict combined = new CombinedVerdict();
        boolean any = false;
        for (Map.Entry<String, ClientHello> one : hellos.entrySet()) {
            if (prober.ask(one.getValue()) instanceof HelloAnswer.Hello answer) {
                any = true;
                List<String> faults = HelloComparison.faults(one.getValue(), answer);
                combined.add(
                        one.getKey(),
                        faults.isEmpty()
                                ? Verdict.pass("answered with what was offered")
                                : Verdict.fail(String.join(", ", faults)));
            }
        }
        return any ? combined.verdict() : Verdict.inconclusive("no ClientHello was answered with a ServerHello");
    }

    private static Verdict otherProtocol(Prober prober) throws IOException, BlockedException {
        Extension others = ClientExtensions.alpn(OTHER_PROTOCOLS);
        CombinedVerdict combined = new CombinedVerdict();
        EstablishedSession.Attempt newest = EstablishedSession.attempt(
                prober, "TLS 1.3", (in, out) -> Tls13Session.shake(in, out, prober.serverName(), List.of(others)));
        if (newest.session().isPresent()) {
            try (EstablishedSession live = newest.session().get()) {
                combined.add(
                        "TLSv1.3",
                        agreed(((MinimalRecordSession) live.session())
                                .details(Tls13Session.class)
                                .encryptedExtensions()));
            }
        }
        HelloAnswer older = prober.ask(ClientHello.only(ProtocolVersion.TLS12, prober.serverName())
                .with()
                .extension(others)
                .build());
        if (older instanceof HelloAnswer.Hello hello) {
            return combined.add("TLSv1.2", agreed(hello.hello().extensions())).verdict();
        }
        if (newest.session().isEmpty() && older instanceof HelloAnswer.Silent) {
            return Verdict.inconclusive("neither version was answered with " + OTHER_PROTOCOLS + " offered");
        }
        return combined.add("TLSv1.2", Verdict.pass(older.description())).verdict();
    }

    private static Verdict agreed(List<Extension> extensions) {
        Optional<OctetString> chosen = extensions.stream()
                .filter(extension -> extension.type() == Extension.ALPN)
                .map(Extension::data)
                .findFirst();
        if (chosen.isEmpty()) {
            return Verdict.pass("of " + OTHER_PROTOCOLS + " none was chosen");
        }
        OctetString data = chosen.get();
        String name = data.slice(Math.min(3, data.length()), data.length()).text();
        return Verdict.fail("of " + OTHER_PROTOCOLS + " '" + name + "' was chosen");
    }
}
