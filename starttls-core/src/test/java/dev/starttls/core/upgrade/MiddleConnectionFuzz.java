package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.fuzz.FuzzInput;
import dev.starttls.core.testing.fuzz.FuzzSessions;
import dev.starttls.core.testing.fuzz.Recorder;
import dev.starttls.core.testing.fuzz.Tamper;
import java.time.Duration;

/** A client and a server of this library, and an attacker in the middle that changes what passes in either direction. */
class MiddleConnectionFuzz {

    private static final int MAX_TURNS = 10_000;

    @FuzzTest
    void middle(byte[] input) {
        run(input, ObservedEndpoint::new);
    }

    static void run(byte[] octets, ConnectionFuzzer.Maker maker) {
        FuzzInput input = new FuzzInput(octets);
        TlsPolicy policy = input.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.IMPLICIT);
        InjectionResponse injection = input.of(InjectionResponse.values());
        ObservedEndpoint client = client(policy, input.octet(), maker);
        ObservedEndpoint server = server(policy, injection, input.octet(), maker);
        Tamper toServer = Tamper.read(input, 3);
        Tamper toClient = Tamper.read(input, 3);
        exchange(client, server, toServer, toClient);
        requireComplete(client, server, toServer, toClient);
        client.side.arriveEnd();
        server.side.arriveEnd();
        exchange(client, server, toServer, toClient);
        long later = Duration.ofHours(1).toNanos();
        client.side.at(later);
        server.side.at(later);
        client.run();
        server.run();
        client.requireSound(server.dialogue.saidInside());
        server.requireSound(client.dialogue.saidInside() + ObservedEndpoint.SECRET);
        requireOver(client);
        requireOver(server);
        FuzzSessions.forget(Connections.TRUSTING, Connections.SERVING);
    }

    private static ObservedEndpoint client(TlsPolicy policy, int fragmentation, ConnectionFuzzer.Maker maker) {
        Recorder dialogue = new Recorder(new LineProtocolClient());
        return maker.make(
                Connections.client(dialogue, clientSettings(policy)),
                dialogue,
                policy,
                ConnectionFuzzer.fragmentation(fragmentation));
    }

    private static ObservedEndpoint server(
            TlsPolicy policy, InjectionResponse injection, int fragmentation, ConnectionFuzzer.Maker maker) {
        Recorder dialogue = new Recorder(new LineProtocolServer(), line -> !(line.equals("RAW") && policy.enforced()));
        UpgradeSettings settings = serverSettings(policy).withInjection(injection);
        return maker.make(
                Connections.server(dialogue, settings),
                dialogue,
                policy,
                ConnectionFuzzer.fragmentation(fragmentation));
    }

    private static void exchange(ObservedEndpoint client, ObservedEndpoint server, Tamper toServer, Tamper toClient) {
        boolean moved = true;
        for (int turn = 0; moved; turn++) {
            assertThat(turn).as("turns").isLessThan(MAX_TURNS);
            client.run();
            byte[] up = client.side.take();
            server.side.arrive(toServer.pass(up));
            server.run();
            byte[] down = server.side.take();
            client.side.arrive(toClient.pass(down));
            moved = up.length + down.length > 0;
        }
    }

    /** Where nothing was changed, all of it arrives; a proof that the oracles look at a real upgrade. */
    private static void requireComplete(
            ObservedEndpoint client, ObservedEndpoint server, Tamper toServer, Tamper toClient) {
        if (!toServer.changed() && !toClient.changed()) {
            client.side.requireNoFailure();
            server.side.requireNoFailure();
            assertThat(client.state()).as("client").isEqualTo(State.SECURE);
            assertThat(server.state()).as("server").isEqualTo(State.SECURE);
            assertThat(client.received()).isEqualTo("SAID password-of-the-application\r\n");
        }
    }

    private static void requireOver(ObservedEndpoint side) {
        if (!side.connection.ready()) {
            assertThat(side.state().terminal())
                    .as("over, in state " + side.state())
                    .isTrue();
        }
        // Invariant 6: inside TLS the end of the transport alone is no end of the stream.
        if (side.state() == State.SECURE) {
            assertThat(side.connection.inputEnded())
                    .as("ended without close_notify")
                    .isFalse();
        }
        side.connection.end();
    }
}
