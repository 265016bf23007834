package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.wire.ClientExtensions;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.Extension;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.HelloAnswerReader;
import dev.starttls.conformance.tls.wire.KeyShare;
import dev.starttls.conformance.tls.wire.NamedGroup;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Checks that a ClientHello is accepted however it is split, however long it is, and with unknown content. */
final class HelloTopic implements Topic {

    private static final List<Integer> FRAGMENTS = List.of(1, 7, 100);
    /** Covers the headers of the record and of the message. */
    private static final int SINGLE = 32;

    /** Between octets, so that each usually arrives in a segment of its own; the verdict does not depend on it. */
    private static final long BETWEEN_SEGMENTS = TimeUnit.MILLISECONDS.toNanos(1);

    /** No server has a shorter time limit for a handshake. */
    private static final Duration PROMPT = Duration.ofSeconds(3);

    /** The version of the first record that every server accepts (RFC 8446 appendix D.1). */
    private static final int FIRST_RECORD = ProtocolVersion.TLS10.code();

    private static final int UNKNOWN_EXTENSIONS = 40;
    private static final int FIRST_UNKNOWN_EXTENSION = 0xe000;

    @Override
    public List<Check> checks() {
        return List.of(octetByOctet(), manyRecords(), longAndUnknown());
    }

    private static Check octetByOctet() {
        return Check.of("TLS-S-10", "a ClientHello may come one octet at a time")
                .clause("RFC 8446 section 5, RFC 9293 section 3.8")
                .level(Level.MUST)
                .why("TCP is a stream: a server that expects the whole ClientHello in one read fails with some clients"
                        + " on slow or unusual networks, at random and for no visible reason.")
                .fix("Continue reading until the record is complete.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(HelloTopic::inSegments));
    }

    /**
     * The beginning and the end octet by octet, and what is between them in one segment: a server may give a handshake
     * seconds, and so many segments take a fraction of one.
     */
    private static Verdict inSegments(Prober prober) throws IOException, BlockedException {
        ClientHello hello = ClientHello.modern(prober.serverName());
        OctetString record = RecordSplitter.joined(
                RecordSplitter.handshake(FIRST_RECORD, hello.message(), RecordSplitter.MAX_PLAINTEXT));
        byte[] octets = record.array();
        HelloAnswer answer;
        Duration took;
        try (Conversation conversation = prober.connectForTls()) {
            long begun = System.nanoTime();
            conversation.record(From.CLIENT, hello + ", its first and last " + SINGLE + " octets in a segment each");
            for (int at = 0; at < octets.length; ) {
                int next = at == SINGLE ? octets.length - SINGLE : at + 1;
                if (!conversation.wire().write(Arrays.copyOfRange(octets, at, next))) {
                    conversation.note("the server ended the connection before the whole ClientHello was sent");
                    break;
                }
                LockSupport.parkNanos(BETWEEN_SEGMENTS);
                at = next;
            }
            answer = HelloAnswerReader.read(prober.stream(conversation));
            conversation.record(From.SERVER, answer.description());
            took = Duration.ofNanos(System.nanoTime() - begun);
        }
        Verdict verdict = judged(prober, hello, answer);
        return verdict.status() == Status.FAIL && took.compareTo(PROMPT) > 0
                ? Verdict.inconclusive("the server ended it after " + took.toMillis() + " ms, perhaps because of a time"
                        + " limit: " + verdict.detail())
                : verdict;
    }

    private static Check manyRecords() {
        return Check.of("TLS-S-11", "a ClientHello may be spread over many records")
                .clause("RFC 8446 section 5.1, RFC 5246 section 6.2.1")
                .level(Level.MUST)
                .why("Handshake messages may be split into records at any octet. Servers and middleboxes that look"
                        + " only at the first record refuse or misread such clients.")
                .fix("Reassemble handshake messages from all their records before parsing them.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(HelloTopic::inRecords));
    }

    private static Verdict inRecords(Prober prober) throws IOException, BlockedException {
        ClientHello hello = ClientHello.modern(prober.serverName());
        CombinedVerdict combined = new CombinedVerdict();
        for (int fragment : FRAGMENTS) {
            String name = "records of " + fragment + (fragment == 1 ? " octet" : " octets");
            combined.add(name, judged(prober, hello, prober.askInRecordsOf(fragment, hello)));
        }
        return combined.verdict();
    }

    private static Check longAndUnknown() {
        return Check.of("TLS-S-12", "a ClientHello of 16 KiB, unknown extensions and GREASE are tolerated")
                .clause("RFC 8446 section 4.1.2, RFC 8701, RFC 7685")
                .level(Level.MUST)
                .why("A server must ignore what it does not know, or nothing new can be added to TLS; a ClientHello"
                        + " with post-quantum key shares is longer than many old buffers.")
                .fix("Ignore unknown suites, groups, versions and extensions, and accept handshake messages of any"
                        + " length up to a limit well above 16 KiB.")
                .on(Protocol.values())
                .run(TlsCheckBody.of(HelloTopic::unknownThings));
    }

    private static Verdict unknownThings(Prober prober) throws IOException, BlockedException {
        ClientHello plain = ClientHello.modern(prober.serverName());
        ClientHello greased = greased(plain);
        ClientHello padded =
                greased.with().paddedTo(RecordSplitter.MAX_PLAINTEXT).build();
        return new CombinedVerdict()
                .add("GREASE and unknown extensions", judged(prober, plain, prober.ask(greased)))
                .add("the same in 16 KiB", judged(prober, plain, prober.ask(padded)))
                .verdict();
    }

    private static ClientHello greased(ClientHello hello) {
        List<Integer> suites = new ArrayList<>(hello.suites());
        suites.add(0, ClientExtensions.greaseValue(0));
        suites.add(ClientExtensions.greaseValue(11));
        var builder = hello.with()
                .suiteCodes(suites)
                .extension(ClientExtensions.grease(3, OctetString.NONE))
                .extension(ClientExtensions.supportedVersions(
                        List.of(ClientExtensions.greaseValue(5), 0x0304, 0x0303, ClientExtensions.greaseValue(9))))
                .extension(new Extension(Extension.SUPPORTED_GROUPS, greasedGroups(hello)))
                .extension(ClientExtensions.keyShare(List.of(
                        new KeyShare(ClientExtensions.greaseValue(7), OctetString.zeros(1)),
                        KeyShare.fresh(NamedGroup.X25519),
                        KeyShare.fresh(NamedGroup.SECP256R1))));
        for (int i = 0; i < UNKNOWN_EXTENSIONS; i++) {
            builder.extension(new Extension(FIRST_UNKNOWN_EXTENSION + i, OctetString.zeros(i)));
        }
        return builder.extension(ClientExtensions.grease(15, OctetString.zeros(1)))
                .build();
    }

    /** The groups with a GREASE value before them. */
    private static OctetString greasedGroups(ClientHello hello) {
        OctetString groups =
                hello.extension(Extension.SUPPORTED_GROUPS).orElseThrow().data();
        List<Integer> numbers = new ArrayList<>();
        numbers.add(ClientExtensions.greaseValue(7));
        for (int i = 2; i + 1 < groups.length(); i += 2) {
            numbers.add(groups.at(i) << 8 | groups.at(i + 1));
        }
        return ClientExtensions.supportedGroups(numbers).data();
    }

    /**
     * A ServerHello passes; anything else fails if the server accepts the plain ClientHello, in one record and segment.
     */
    private static Verdict judged(Prober prober, ClientHello plain, HelloAnswer answer)
            throws IOException, BlockedException {
        if (answer instanceof HelloAnswer.Hello hello && hello.broken().isEmpty()) {
            return Verdict.pass(answer.description());
        }
        HelloAnswer control = prober.ask(plain);
        return control instanceof HelloAnswer.Hello hello && hello.broken().isEmpty()
                ? Verdict.fail(answer.description() + ", while a plain ClientHello in one record is accepted:" + " "
                        + control.description())
                : Verdict.inconclusive(
                        "a plain ClientHello in one record is not accepted either: " + control.description());
    }
}
