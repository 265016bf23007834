package dev.starttls.core.upgrade;

import static dev.starttls.core.upgrade.Connections.client;
import static dev.starttls.core.upgrade.Connections.clientSettings;
import static dev.starttls.core.upgrade.Connections.server;
import static dev.starttls.core.upgrade.Connections.serverSettings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.testing.BinaryProtocol;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.testing.MemoryLink;
import dev.starttls.core.upgrade.DialogueTranscript.Direction;
import dev.starttls.core.upgrade.DialogueTranscript.Entry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is recorded of a dialogue: whole lines, both ways, before TLS and inside it, within bounds. */
class DialogueTranscriptTest {

    private final List<Entry> entries = new ArrayList<>();

    @Test
    void a_client_has_all_lines_of_its_upgrade_in_their_order() {
        MemoryLink.between(
                        client(clientSettings(TlsPolicy.REQUIRED).withTranscript(entries::add)),
                        server(TlsPolicy.REQUIRED))
                .run()
                .client()
                .requireNoFailure();

        assertThat(shown())
                .containsExactly(
                        "RECEIVED PLAINTEXT HELLO there",
                        "SENT PLAINTEXT CAPS",
                        "RECEIVED PLAINTEXT CAP PLAIN",
                        "RECEIVED PLAINTEXT CAP UPGRADE",
                        "RECEIVED PLAINTEXT END",
                        "SENT PLAINTEXT UPGRADE",
                        "RECEIVED PLAINTEXT GO",
                        "SENT TLS CAPS",
                        "RECEIVED TLS CAP LOGIN",
                        "RECEIVED TLS END");
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.role()).isEqualTo(Role.CLIENT);
            assertThat(entry.peer().host()).isEqualTo("localhost");
        });
        assertThat(entries.get(0).toString())
                .isEqualTo(entries.get(0).peer() + " CLIENT RECEIVED PLAINTEXT HELLO there");
    }

    @Test
    void a_server_has_them_too_however_they_are_split() {
        List<String> whole = served(Fragmentation.WHOLE);
        assertThat(whole)
                .startsWith("SENT PLAINTEXT HELLO there", "RECEIVED PLAINTEXT CAPS", "SENT PLAINTEXT CAP PLAIN")
                .containsSubsequence("RECEIVED PLAINTEXT UPGRADE", "SENT PLAINTEXT GO", "RECEIVED TLS CAPS")
                .endsWith("RECEIVED TLS ECHO ***", "SENT TLS SAID ***");
        for (int split = 1; split < 60; split++) {
            assertThat(served(Fragmentation.at(split))).isEqualTo(whole);
        }
        assertThat(served(Fragmentation.random(7))).isEqualTo(whole);
    }

    private List<String> served(Fragmentation how) {
        entries.clear();
        MemoryLink link = MemoryLink.between(
                        client(TlsPolicy.REQUIRED),
                        server(serverSettings(TlsPolicy.REQUIRED).withTranscript(entries::add)))
                .fragmented(how);
        link.client().send("ECHO hunter2\r\n");
        link.run();
        assertThat(link.client().received()).contains("SAID hunter2");
        return shown();
    }

    @Test
    void what_is_said_before_a_failure_is_there() {
        Endpoint server = Endpoint.of(server(serverSettings(TlsPolicy.REQUIRED).withTranscript(entries::add)))
                .arrive("UPGRADE\r\nLOGIN joe hunter2\r\n")
                .run();
        assertThat(server.failure()).isPresent();
        assertThat(shown())
                .containsExactly(
                        "SENT PLAINTEXT HELLO there",
                        "RECEIVED PLAINTEXT UPGRADE",
                        "SENT PLAINTEXT NO not after UPGRADE");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void of_a_dialogue_that_does_not_say_what_is_secret_nothing_is_shown(Role role) {
        UpgradeSettings recorded = role == Role.CLIENT
                ? clientSettings(TlsPolicy.REQUIRED).withTranscript(entries::add)
                : serverSettings(TlsPolicy.REQUIRED).withTranscript(entries::add);
        MemoryLink link = role == Role.CLIENT
                ? MemoryLink.between(
                        client(BinaryProtocol.askingClient(), recorded),
                        server(BinaryProtocol.answeringServer(), serverSettings(TlsPolicy.REQUIRED)))
                : MemoryLink.between(
                        client(BinaryProtocol.askingClient(), clientSettings(TlsPolicy.REQUIRED)),
                        server(BinaryProtocol.answeringServer(), recorded));
        link.run().client().requireNoFailure();
        assertThat(entries).isNotEmpty().allSatisfy(entry -> assertThat(entry.text())
                .isEqualTo(DialogueTranscript.CONCEALED));
        assertThat(entries).extracting(Entry::direction).contains(Direction.SENT, Direction.RECEIVED);
    }

    @Test
    void a_text_is_printable_and_cut() {
        var unused = Endpoint.of(client(clientSettings(TlsPolicy.REQUIRED).withTranscript(entries::add)))
                .arrive("HELLO \u001b[2J\u0085" + "x".repeat(5_000) + "\r\n")
                .run();
        assertThat(entries.get(0).text())
                .startsWith("HELLO ?[2J?xxx")
                .endsWith("x...")
                .hasSize(515);
        assertThat(entries.get(0).text().chars()).allMatch(c -> c >= 32 && c < 127);
    }

    @Test
    void a_peer_that_says_much_makes_no_more_entries_than_so_many() {
        Endpoint server =
                Endpoint.of(server(serverSettings(TlsPolicy.OPPORTUNISTIC).withTranscript(entries::add)));
        for (int i = 0; i < 700; i++) {
            server.arrive("NOOP\r\n").run();
            server.take();
        }
        assertThat(server.requireNoFailure().connection().state()).isEqualTo(State.PLAINTEXT);
        assertThat(entries).hasSize(DialogueTranscript.MAX_ENTRIES);
    }

    @Test
    void one_that_throws_is_reported_once_and_changes_nothing() {
        List<Throwable> uncaught = new ArrayList<>();
        UpgradeListener listener = new UpgradeListener() {
            @Override
            public void uncaught(Throwable thrown) {
                uncaught.add(thrown);
                throw new IllegalStateException("a listener at fault");
            }
        };
        MemoryLink link = MemoryLink.between(
                        client(clientSettings(TlsPolicy.REQUIRED)
                                .withListener(listener)
                                .withTranscript(entry -> {
                                    entries.add(entry);
                                    throw new AssertionError("a transcript at fault");
                                })),
                        server(TlsPolicy.REQUIRED))
                .run();
        link.client().requireNoFailure();
        assertThat(link.client().connection().report().encrypted()).isTrue();
        assertThat(entries).hasSize(1);
        assertThat(uncaught).singleElement().isInstanceOf(AssertionError.class);
        assertThat(uncaught.get(0).getSuppressed()).hasSize(1);
    }

    @Test
    void one_that_is_not_set_asks_no_dialogue() {
        Dialogue asked = new LineProtocolServerAtFault();
        Endpoint server = Endpoint.of(server(asked, serverSettings(TlsPolicy.REQUIRED)))
                .arrive("CAPS\r\n")
                .run();
        server.requireNoFailure();
        assertThatThrownBy(() -> serverSettings(TlsPolicy.REQUIRED).withTranscript(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("DialogueTranscript.NONE");
    }

    @Test
    void one_that_closes_the_connection_leaves_nothing_to_be_said() {
        List<UpgradeConnection> closed = new ArrayList<>();
        UpgradeConnection connection = server(serverSettings(TlsPolicy.REQUIRED).withTranscript(entry -> {
            if (entry.direction() == Direction.RECEIVED) {
                closed.get(0).close();
            }
        }));
        closed.add(connection);
        Endpoint server = Endpoint.of(connection).arrive("CAPS\r\n").run();
        assertThat(connection.state()).isEqualTo(State.CLOSED);
        assertThat(server.sentText()).isEqualTo("HELLO there\r\n");
    }

    private List<String> shown() {
        return entries.stream()
                .map(entry -> entry.direction() + " " + entry.protection() + " " + entry.text())
                .toList();
    }

    /** Throws when it is asked what to show. */
    private static final class LineProtocolServerAtFault implements Dialogue {

        private final LineProtocolServer server = new LineProtocolServer();

        @Override
        public String protocol() {
            return server.protocol();
        }

        @Override
        public Role role() {
            return Role.SERVER;
        }

        @Override
        public Step opened() {
            return server.opened();
        }

        @Override
        public Step received(String line) {
            return server.received(line);
        }

        @Override
        public Step secured() {
            return server.secured();
        }

        @Override
        public String shown(Direction direction, String line) {
            throw new AssertionError("Expected not to be asked");
        }
    }
}
