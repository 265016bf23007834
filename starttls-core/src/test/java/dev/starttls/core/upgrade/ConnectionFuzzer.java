package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.serverSettings;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.LineProtocolServer.Offer;
import dev.starttls.core.testing.fuzz.FuzzInput;
import dev.starttls.core.testing.fuzz.FuzzSessions;
import dev.starttls.core.testing.fuzz.Recorder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;

/**
 * One connection against a peer that says anything at any time: octets in the clear, its own TLS, octets inside it, the
 * end of its stream, or nothing for a while.
 */
final class ConnectionFuzzer {

    /** Makes the connection to be looked at, or in a test of the oracles a faulty view of one. */
    interface Maker {
        ObservedEndpoint make(
                UpgradeConnection connection, Recorder dialogue, TlsPolicy policy, Fragmentation fragmentation);
    }

    /** Words that get a fuzzer further. */
    private static final List<String> WORDS = List.of(
            "HELLO there\r\n",
            "CAP UPGRADE\r\n",
            "CAP PLAIN\r\nCAP UPGRADE\r\nEND\r\n",
            "END\r\n",
            "GO\r\n",
            "NO\r\n",
            "WAIT\r\n",
            "HELLO again\r\n",
            "CAPS\r\n",
            "UPGRADE\r\n",
            "ECHO x\r\n",
            "RAW\r\n",
            "BYE\r\n",
            "WRONG\r\n",
            "\26\3\3\0\5",
            "\25\3\3\0\2\1\0",
            "\25\3\3\0\2\2\50",
            "\24\3\3\0\1\1",
            "\27\3\3\0\0",
            "\r",
            "\n",
            "\0",
            "GO\r\nEND\r\n",
            "UPGRADE\r\nECHO injected\r\n");

    private static final UpgradeLimits SMALL =
            new UpgradeLimits(100, 5, 300, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(5));
    private static final int MAX_ACTIONS = 60;

    private final FuzzInput input;
    private final ObservedEndpoint subject;
    private final BareTls tls;
    private final boolean ofClient;
    private final StringBuilder inside = new StringBuilder();
    private boolean begun;
    private boolean broken;
    private long now;

    private ConnectionFuzzer(FuzzInput input, Role role, Maker maker) throws SSLException {
        this.input = input;
        this.ofClient = role == Role.CLIENT;
        TlsPolicy policy =
                input.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.IMPLICIT, TlsPolicy.DISABLED);
        UpgradeLimits limits = input.of(UpgradeLimits.DEFAULT, SMALL);
        Fragmentation fragmentation = fragmentation(input.octet());
        String version = input.of("TLSv1.3", "TLSv1.2");
        InjectionResponse injection = input.of(InjectionResponse.values());
        Offer offer = input.of(Offer.OFFERED, Offer.NOT_OFFERED, Offer.REFUSED, Offer.PREAUTHENTICATED);
        UpgradeSettings settings = (ofClient ? clientSettings(policy) : serverSettings(policy))
                .withLimits(limits)
                .withInjection(injection);
        if (ofClient) {
            settings = direct(settings, injection);
        }
        // A server that hands over in the clear under a policy that does not allow it would be a mistake of its
        // dialogue.
        Recorder dialogue = ofClient
                ? new Recorder(new LineProtocolClient())
                : new Recorder(new LineProtocolServer(offer), line -> !(line.equals("RAW") && policy.enforced()));
        UpgradeConnection connection =
                ofClient ? Connections.client(dialogue, settings) : Connections.server(dialogue, settings);
        this.subject = maker.make(connection, dialogue, policy, fragmentation);
        this.tls =
                ofClient ? BareTls.server(Connections.SERVING, version) : BareTls.client(Connections.TRUSTING, version);
    }

    /** A client asks, says the command unasked, or sends its ClientHello with it: by what matters to servers only. */
    private static UpgradeSettings direct(UpgradeSettings settings, InjectionResponse choice) {
        return switch (choice) {
            case FAIL -> settings;
            case DISCARD -> settings.withDirect(DirectUpgrade.ALWAYS).withMemory(HostMemory.inMemory(1));
            case HANDSHAKE -> settings.withDirect(DirectUpgrade.REMEMBERED).withMemory(new TakingAll());
        };
    }

    /** Takes every host for one that takes everything. */
    private static final class TakingAll implements HostMemory {

        @Override
        public HostFacts recall(String host, int port) {
            return HostFacts.NONE.withCommand(Answer.TAKEN).withClientHello(Answer.TAKEN);
        }

        @Override
        public void update(String host, int port, UnaryOperator<HostFacts> change) {
            // It knows already.
        }
    }

    /** Whole, octet by octet, or by chance as the octet has it. */
    static Fragmentation fragmentation(int octet) {
        return octet == 0 ? Fragmentation.WHOLE : octet == 1 ? Fragmentation.OCTETS : Fragmentation.random(octet);
    }

    static void run(byte[] octets, Role role, Maker maker) throws SSLException {
        new ConnectionFuzzer(new FuzzInput(octets), role, maker).run();
    }

    private void run() throws SSLException {
        subject.run();
        for (int actions = 0; !input.ended() && actions < MAX_ACTIONS; actions++) {
            act();
            subject.run();
        }
        subject.side.arriveEnd();
        subject.run();
        pass(Duration.ofHours(1));
        subject.requireSound(inside.toString());
        connectionIsOver();
        FuzzSessions.forget(Connections.TRUSTING, Connections.SERVING);
    }

    /** Invariant 12: after the end of the peer's stream and an hour nothing is left to wait for. */
    private void connectionIsOver() {
        if (!subject.connection.ready() && !subject.state().terminal()) {
            throw new AssertionError(
                    "Expected an end, got state " + subject.state() + ", wanting " + subject.connection.want());
        }
        subject.connection.end();
    }

    private void act() throws SSLException {
        switch (input.choice(10)) {
            case 0, 1 -> subject.side.arrive(input.piece());
            case 2, 3 -> subject.side.arrive(word());
            case 4, 5 -> exchange();
            case 6 -> say(word());
            case 7 -> say(new String(input.piece(), StandardCharsets.ISO_8859_1));
            case 8 -> {
                switch (input.choice(4)) {
                    case 0 -> subject.side.arriveEnd();
                    case 1 -> subject.connection.close();
                    case 2 -> closePeer();
                    default -> subject.side.send(ObservedEndpoint.SECRET);
                }
            }
            default -> pass(Duration.ofSeconds(input.octet()));
        }
    }

    private String word() {
        return WORDS.get(input.choice(WORDS.size()));
    }

    private void pass(Duration time) {
        now += time.toNanos();
        subject.side.at(now);
        subject.run();
    }

    /** TLS of the peer's own, as far as it comes with what the subject has sent. */
    private void exchange() throws SSLException {
        if (!subject.inTls() || broken) {
            subject.side.take();
            return;
        }
        try {
            if (!begun) {
                begun = true;
                // What was said in the clear is no TLS.
                byte[] sent = subject.side.take();
                int first = firstRecord(sent);
                tls.feed(Arrays.copyOfRange(sent, first, sent.length));
                if (!ofClient) {
                    tls.begin();
                }
            }
            for (int turn = 0; turn < 4; turn++) {
                subject.side.arrive(tls.take());
                subject.run();
                tls.feed(subject.side.take());
            }
            subject.side.arrive(tls.take());
        } catch (SSLException e) {
            broken = true;
            subject.side.arrive(tls.take());
        }
    }

    private static int firstRecord(byte[] sent) {
        for (int at = 0; at < sent.length; at++) {
            if (sent[at] == 22) {
                return at;
            }
        }
        return sent.length;
    }

    private void say(String words) throws SSLException {
        if (tls.established() && !broken && !tls.ended() && !tls.engine().isOutboundDone()) {
            inside.append(words);
            try {
                subject.side.arrive(tls.say(words).take());
            } catch (IllegalStateException | SSLException e) {
                broken = true;
            }
        }
    }

    private void closePeer() throws SSLException {
        if (tls.established() && !broken) {
            try {
                subject.side.arrive(tls.close().take());
            } catch (SSLException e) {
                broken = true;
            }
        }
    }
}
