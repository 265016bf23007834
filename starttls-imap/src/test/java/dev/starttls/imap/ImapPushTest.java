package dev.starttls.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.BareTls;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.LineTalk;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a handler says unasked, from any thread, and IDLE. */
@Timeout(60)
class ImapPushTest {

    private static final TestCertificates CERTIFICATES = TestCertificates.shared();
    private static final SSLContext SERVING = CERTIFICATES.server(CERTIFICATES.localhost(KeyKind.EC));

    private final CompletableFuture<ImapSession> loggedIn = new CompletableFuture<>();
    private CompletableFuture<ImapAnswer> later = new CompletableFuture<>();

    private final ImapLogin login = new ImapLogin((user, password) -> true, (command, session) -> {
        loggedIn.complete(session);
        return command.name().equals("LATER") ? ImapAnswer.later(later) : ImapAnswer.ok(command.name() + " completed");
    });

    private static final List<String> CAPABILITIES = List.of("IMAP4rev1", "IDLE", "AUTH=PLAIN");

    /** A client that has logged in by implicit TLS. */
    private final class Session {

        private final BareTls tls = BareTls.client(CERTIFICATES.client());
        private final Endpoint server;
        private final StringBuilder heard = new StringBuilder();
        private ImapSession pushing;

        Session(Fragmentation fragmentation) throws Exception {
            UpgradeSettings settings = UpgradeSettings.of(TlsPolicy.IMPLICIT)
                    .withTls(TlsSettings.builder().context(SERVING).build());
            server = Endpoint.of(
                            new ImapServerDialogue("mail.example.org", TlsPolicy.IMPLICIT, login, CAPABILITIES),
                            settings)
                    .fragmented(fragmentation);
            tls.begin();
            while (!tls.established()) {
                turn();
            }
            turn();
            say("a LOGIN u p\r\nb NOOP\r\n");
            assertThat(heard()).contains("a OK", "b OK NOOP completed\r\n");
            pushing = loggedIn.get(1, TimeUnit.SECONDS);
        }

        private void turn() throws Exception {
            server.arrive(tls.take()).run();
            tls.feed(server.take());
            heard.append(tls.heard());
        }

        void say(String lines) throws Exception {
            tls.say(lines);
            turn();
        }

        String heard() throws Exception {
            turn();
            String all = heard.toString();
            heard.setLength(0);
            return all;
        }
    }

    private static ImapResponse.Data data(String text) {
        return new ImapResponse.Data(text);
    }

    @Test
    void between_commands_it_is_said_at_once() throws Exception {
        Session it = new Session(Fragmentation.WHOLE);
        assertThat(it.pushing.push(data("5 EXISTS"), data("1 RECENT"))).isTrue();
        assertThat(it.heard()).isEqualTo("* 5 EXISTS\r\n* 1 RECENT\r\n");
    }

    /** RFC 9051 section 9: no CR and no LF in a literal ends a line. A NUL is for literal8, and sent wherever a mail has it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void a_literal_may_have_any_octets_pushed_and_answered(int seed) throws Exception {
        String literals = "1 FETCH (BODY[] {5}\r\na\nb\r\0 BINARY[1] ~{4}\r\n\r\n\rc BODY[2] {0}\r\n)";
        Session it = new Session(seed == 0 ? Fragmentation.WHOLE : Fragmentation.random(seed));
        assertThat(it.pushing.push(data(literals))).isTrue();
        assertThat(it.heard()).isEqualTo("* " + literals + "\r\n");
        it.say("c LATER\r\n");
        later.complete(ImapAnswer.ok("done", data(literals), data("2 EXISTS")));
        assertThat(it.heard()).isEqualTo("* " + literals + "\r\n* 2 EXISTS\r\nc OK done\r\n");
        it.say("d IDLE\r\n");
        it.pushing.push(data(literals));
        it.say("DONE\r\ne NOOP\r\n");
        assertThat(it.heard())
                .isEqualTo("+ idling\r\n* " + literals + "\r\nd OK IDLE terminated\r\ne OK NOOP completed\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void in_idle_everything_is_said_and_the_command_ends_with_done(int seed) throws Exception {
        Session it = new Session(seed == 0 ? Fragmentation.WHOLE : Fragmentation.random(seed));
        it.say("c IDLE\r\n");
        assertThat(it.heard()).isEqualTo("+ idling\r\n");
        assertThat(it.pushing.idle()).isTrue();
        Thread other = new Thread(() -> it.pushing.push(data("3 EXPUNGE"), data("5 EXISTS")));
        other.start();
        other.join();
        assertThat(it.heard()).isEqualTo("* 3 EXPUNGE\r\n* 5 EXISTS\r\n");
        it.say("done\r\nd NOOP\r\n");
        assertThat(it.heard()).isEqualTo("c OK IDLE terminated\r\nd OK NOOP completed\r\n");
        assertThat(it.pushing.idle()).isFalse();
    }

    @Test
    void anything_but_done_ends_idle_too() throws Exception {
        Session it = new Session(Fragmentation.WHOLE);
        it.say("c IDLE\r\nd NOOP\r\ne NOOP\r\n");
        assertThat(it.heard()).isEqualTo("+ idling\r\nc BAD Expected DONE\r\ne OK NOOP completed\r\n");
    }

    @Test
    void an_expunge_waits_for_a_command_that_bears_it_and_what_follows_waits_with_it() throws Exception {
        Session it = new Session(Fragmentation.WHOLE);
        it.pushing.push(data("7 EXISTS"));
        it.pushing.push(data("3 EXPUNGE"));
        it.pushing.push(data("6 EXISTS"));
        assertThat(it.heard()).isEqualTo("* 7 EXISTS\r\n");
        it.say("c FETCH 1 FLAGS\r\n");
        assertThat(it.heard()).isEqualTo("c OK FETCH completed\r\n");
        it.say("d NOOP\r\n");
        assertThat(it.heard()).isEqualTo("* 3 EXPUNGE\r\n* 6 EXISTS\r\nd OK NOOP completed\r\n");
    }

    @Test
    void while_a_command_is_answered_later_it_waits_for_the_answer() throws Exception {
        Session it = new Session(Fragmentation.WHOLE);
        it.say("c LATER\r\n");
        it.pushing.push(data("7 EXISTS"));
        assertThat(it.heard()).isEmpty();
        later.complete(ImapAnswer.ok("done"));
        assertThat(it.heard()).isEqualTo("* 7 EXISTS\r\nc OK done\r\n");
    }

    @Test
    void what_waits_is_bounded_and_after_the_end_nothing_is_taken() throws Exception {
        Session it = new Session(Fragmentation.WHOLE);
        it.say("c LATER\r\n");
        int taken = 0;
        while (it.pushing.push(data("1 EXPUNGE"))) {
            taken++;
        }
        assertThat(taken).isEqualTo(PushedData.MAX_OCTETS / "* 1 EXPUNGE\r\n".length());
        it.server.connection().end();
        assertThat(it.pushing.push(data("1 EXISTS"))).isFalse();
    }

    @Test
    void after_the_end_no_client_waits_in_idle_and_nothing_is_taken() throws Exception {
        Session it = new Session(Fragmentation.WHOLE);
        it.say("c IDLE\r\n");
        assertThat(it.pushing.idle()).isTrue();
        it.server.connection().end();
        assertThat(it.pushing.idle()).isFalse();
        assertThat(it.pushing.push(data("1 EXISTS"))).isFalse();
    }

    @Test
    void what_is_pushed_wakes_the_driver() throws Exception {
        Session it = new Session(Fragmentation.WHOLE);
        assertThat(it.server.connection().speaksUnasked()).isTrue();
        AtomicInteger woken = new AtomicInteger();
        it.server.connection().onWake(woken::incrementAndGet);
        it.pushing.push(data("1 EXISTS"));
        assertThat(woken).hasValue(1);
    }

    @Test
    void what_no_client_may_hear_is_refused() {
        ImapSession session = new ImapSession(
                dev.starttls.core.upgrade.State.SECURE, dev.starttls.core.upgrade.ConnectionInfo.UNKNOWN);
        assertThatThrownBy(() -> session.push(data("1 EXISTS"))).isInstanceOf(IllegalStateException.class);
        session.logIn("u");
        assertThatThrownBy(() -> session.push(data("BYE now"))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_client_of_a_loop_and_one_of_a_blocking_channel_hear_it_while_they_wait(boolean blocking) throws Exception {
        ImapServer server = ImapServer.named("mail.example.org", login)
                .capabilities(CAPABILITIES)
                .sslContext(SERVING);
        List<AutoCloseable> open = new ArrayList<>();
        InetSocketAddress address;
        if (blocking) {
            ServerSocketChannel listening = ServerSocketChannel.open().bind(Loopback.anyPort());
            open.add(listening);
            address = (InetSocketAddress) listening.getLocalAddress();
            Thread thread = new Thread(() -> {
                try {
                    server.serve(listening.accept());
                } catch (java.io.IOException e) {
                    loggedIn.completeExceptionally(e);
                }
            });
            thread.start();
        } else {
            UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
            open.add(loop::closeNow);
            new Thread(loop).start();
            address =
                    (InetSocketAddress) server.listen(loop, Loopback.anyPort()).getLocalAddress();
        }
        try (ImapConnection mail = ImapClient.to("localhost", address.getPort())
                .sslContext(CERTIFICATES.client())
                .connect(SocketChannel.open(address))) {
            StartTlsChannel channel = mail.channel();
            LineTalk talk = new LineTalk(channel);
            talk.imap("a", "LOGIN u p");
            talk.imap("b", "NOOP");
            assertThat(talk.ask("c IDLE", line -> true)).containsExactly("+ idling");
            ImapSession session = loggedIn.get(30, TimeUnit.SECONDS);
            for (int i = 0; i < 20; i++) {
                assertThat(session.push(data(i + " EXISTS"))).isTrue();
                assertThat(talk.next()).isEqualTo("* " + i + " EXISTS");
            }
            assertThat(talk.ask("DONE", line -> true)).containsExactly("c OK IDLE terminated");
            talk.ask("d LOGOUT", line -> line.startsWith("d "));
        } finally {
            for (AutoCloseable one : open) {
                one.close();
            }
        }
    }
}
