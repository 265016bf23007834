package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.RawPeer;
import dev.starttls.core.upgrade.ConnectionInfo;
import dev.starttls.core.upgrade.State;
import dev.starttls.core.upgrade.TlsPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Pop3MaildropTest {

    private final Pop3Mailbox mailbox = Pop3Fixture.mailbox();
    private final Endpoint server = Endpoint.of(
            Pop3Fixture.serverDialogue(TlsPolicy.REQUIRED, PlaintextLogin.REFUSED, mailbox),
            Pop3Fixture.server(TlsPolicy.REQUIRED));
    private RawPeer client;

    @BeforeEach
    void upgrade() throws Exception {
        client = Pop3Fixture.upgraded(server);
    }

    @Test
    void a_name_and_a_password_open_it() throws Exception {
        assertThat(client.tls("USER mary\r\n")).isEqualTo("+OK Say PASS\r\n");
        assertThat(client.tls("PASS secret\r\n")).isEqualTo("+OK 2 messages (64 octets)\r\n");
    }

    @Test
    void auth_plain_opens_it_with_an_initial_response_and_without() throws Exception {
        assertThat(client.tls("AUTH plain " + Pop3Fixture.PLAIN + "\r\n")).startsWith("+OK 2 ");
        RawPeer another = Pop3Fixture.upgraded(Pop3Fixture.serverSide(TlsPolicy.REQUIRED));
        assertThat(another.tls("AUTH PLAIN\r\n")).isEqualTo("+ \r\n");
        assertThat(another.tls(Pop3Fixture.PLAIN + "\r\n")).startsWith("+OK 2 ");
        assertThat(another.tls("STAT\r\n")).isEqualTo("+OK 2 64\r\n");
    }

    @Test
    void a_cancelled_auth_is_answered_with_an_error() throws Exception {
        client.tls("AUTH PLAIN\r\n");
        assertThat(client.tls("*\r\n")).isEqualTo("-ERR Authentication cancelled\r\n");
        assertThat(client.tls("STAT\r\n")).isEqualTo("-ERR Log in first\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTH", "AUTH LOGIN", "AUTH PLAIN a b", "AUTH CRAM-MD5", "USER", "USER ", "APOP mary x"})
    void what_is_not_known_for_a_login_is_answered_with_an_error(String command) throws Exception {
        assertThat(client.tls(command + "\r\n")).startsWith("-ERR ").doesNotContain("[AUTH]", "[SYS/TEMP]");
    }

    @Test
    void a_password_without_a_name_just_before_it_is_refused() throws Exception {
        assertThat(client.tls("PASS secret\r\n")).isEqualTo("-ERR Say USER first\r\n");
        assertThat(client.tls("USER mary\r\nNOOP\r\nPASS secret\r\n")).endsWith("-ERR Say USER first\r\n");
    }

    @Test
    void it_does_not_reveal_whether_there_is_such_a_user() throws Exception {
        String unknown = client.tls("USER eve\r\nPASS secret\r\n");
        assertThat(client.tls("USER mary\r\nPASS guess\r\n"))
                .isEqualTo(unknown)
                .isEqualTo("+OK Say PASS\r\n-ERR [AUTH] Name or password wrong\r\n");
    }

    @Test
    void too_many_failed_logins_end_the_connection() throws Exception {
        client.tls("USER mary\r\nPASS a\r\nAUTH PLAIN x\r\n");
        assertThat(client.tls("USER mary\r\nPASS c\r\n")).endsWith("-ERR [AUTH] Name or password wrong, too often\r\n");
        assertThat(server.connection().state()).isEqualTo(State.CLOSED);
    }

    @Test
    void a_second_login_is_refused() throws Exception {
        login();
        assertThat(client.tls("USER mary\r\n")).isEqualTo("-ERR Logged in already\r\n");
        assertThat(client.tls("AUTH PLAIN\r\n")).isEqualTo("-ERR Logged in already\r\n");
    }

    @Test
    void the_login_may_refuse_a_connection() {
        Pop3Session session = new Pop3Session(State.SECURE, ConnectionInfo.UNKNOWN);
        Pop3Reply refusal = Pop3Reply.error("[SYS/PERM] Not served");
        Pop3Maildrop maildrop = new Pop3Maildrop(new Pop3Login() {
            @Override
            public Optional<Pop3Mailbox> open(String user, String password) {
                throw new AssertionError("Expected no login");
            }

            @Override
            public Optional<Pop3Reply> connected(Pop3Session connected) {
                return connected.equals(session) ? Optional.of(refusal) : Optional.empty();
            }
        });
        assertThat(maildrop.connected(session)).contains(refusal);
        assertThat(maildrop.admit(session)).isCompletedWithValue(Optional.of(refusal));
    }

    @Test
    void names_and_passwords_are_utf_8_whichever_way_they_come_and_spaces_belong_to_a_password() throws Exception {
        Pop3Maildrop maildrop = new Pop3Maildrop((user, password) ->
                user.equals("m\u00e4ry") && password.equals(" my \u20ac ") ? Optional.of(mailbox) : Optional.empty());
        Endpoint side = Endpoint.of(
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.REQUIRED, maildrop, List.of()),
                Pop3Fixture.server(TlsPolicy.REQUIRED));
        RawPeer peer = Pop3Fixture.upgraded(side);
        assertThat(peer.tls("USER m\u00c3\u00a4ry\r\nPASS  my \u00e2\u0082\u00ac \r\n"))
                .endsWith("(64 octets)\r\n");
    }

    @Test
    void messages_are_listed_and_identified() throws Exception {
        login();
        assertThat(client.tls("LIST\r\n")).isEqualTo("+OK 2 messages (64 octets)\r\n1 36\r\n2 28\r\n.\r\n");
        assertThat(client.tls("LIST 2\r\n")).isEqualTo("+OK 2 28\r\n");
        assertThat(client.tls("UIDL\r\n")).isEqualTo("+OK 2 messages (64 octets)\r\n1 one\r\n2 two\r\n.\r\n");
        assertThat(client.tls("UIDL 1\r\n")).isEqualTo("+OK 1 one\r\n");
    }

    @Test
    void a_message_is_retrieved_with_a_dot_before_every_dot() throws Exception {
        login();
        assertThat(client.tls("RETR 1\r\n"))
                .isEqualTo("+OK 36 octets\r\nSubject: first\r\n\r\nhello\r\n..\r\n...dots\r\n.\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 'Subject: second\r\n\r\n'",
        "2, 'Subject: second\r\n\r\na\r\nb\r\n'",
        "999999999, 'Subject: second\r\n\r\na\r\nb\r\nc\r\n'"
    })
    void the_top_of_a_message_is_its_header_and_some_lines(String lines, String expected) throws Exception {
        login();
        assertThat(client.tls("TOP 2 " + lines + "\r\n"))
                .isEqualTo("+OK Top of the message follows\r\n" + expected + ".\r\n");
    }

    @Test
    void the_top_of_a_message_without_a_header_begins_with_the_line_between() throws Exception {
        Pop3Mailbox headless = Pop3Mailbox.of(List.of(new Pop3Message("one", List.of("", "a", "b"))));
        RawPeer peer = Pop3Fixture.upgraded(Endpoint.of(
                Pop3Fixture.serverDialogue(TlsPolicy.REQUIRED, PlaintextLogin.REFUSED, headless),
                Pop3Fixture.server(TlsPolicy.REQUIRED)));
        peer.tls("AUTH PLAIN " + Pop3Fixture.PLAIN + "\r\n");
        assertThat(peer.tls("TOP 1 1\r\n")).isEqualTo("+OK Top of the message follows\r\n\r\na\r\n.\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RETR",
                "RETR 0",
                "RETR 3",
                "RETR -1",
                "RETR +1",
                "RETR x",
                "RETR 1 2",
                "RETR 99999999999",
                "RETR 1x",
                "DELE",
                "DELE 3",
                "LIST 3",
                "LIST 1 2",
                "UIDL 0",
                "TOP 1",
                "TOP 3 1",
                "TOP 1 -1",
                "TOP 1 x",
                "STAT 1",
                "NOOP x",
                "RSET x",
                "XYZZY",
                ""
            })
    void a_wrong_argument_is_answered_with_an_error(String command) throws Exception {
        login();
        assertThat(client.tls(command + "\r\n")).startsWith("-ERR ");
        assertThat(client.tls("STAT\r\n")).isEqualTo("+OK 2 64\r\n");
    }

    @Test
    void a_message_marked_as_deleted_is_gone_until_rset() throws Exception {
        login();
        client.tls("DELE 1\r\n");
        assertThat(client.tls("RETR 1\r\n")).isEqualTo("-ERR No such message\r\n");
        assertThat(client.tls("DELE 1\r\n")).isEqualTo("-ERR No such message\r\n");
        assertThat(client.tls("STAT\r\n")).isEqualTo("+OK 1 28\r\n");
        assertThat(client.tls("UIDL\r\n")).isEqualTo("+OK 1 messages (28 octets)\r\n2 two\r\n.\r\n");
        assertThat(client.tls("RSET\r\n")).isEqualTo("+OK 2 messages (64 octets)\r\n");
        assertThat(client.tls("STAT\r\n")).isEqualTo("+OK 2 64\r\n");
    }

    @Test
    void only_quit_deletes_for_good() throws Exception {
        login();
        client.tls("DELE 1\r\n");
        server.arriveEnd().run();
        assertThat(mailbox.messages()).hasSize(2);

        RawPeer another = Pop3Fixture.upgraded(Endpoint.of(
                Pop3Fixture.serverDialogue(TlsPolicy.REQUIRED, PlaintextLogin.REFUSED, mailbox),
                Pop3Fixture.server(TlsPolicy.REQUIRED)));
        another.tls("AUTH PLAIN " + Pop3Fixture.PLAIN + "\r\nDELE 1\r\n");
        assertThat(another.tls("QUIT\r\n")).isEqualTo("+OK Bye\r\n");
        assertThat(mailbox.messages()).extracting(Pop3Message::uniqueId).containsExactly("two");
    }

    @Test
    void a_session_keeps_the_numbers_it_began_with() throws Exception {
        login();
        mailbox.delete(List.of(mailbox.messages().get(0)));
        assertThat(client.tls("UIDL 2\r\n")).isEqualTo("+OK 2 two\r\n");
        assertThat(client.tls("RETR 1\r\n")).startsWith("+OK 36 octets\r\n");
    }

    @Test
    void a_mailbox_that_fails_is_reported_to_the_client() throws Exception {
        Pop3Mailbox failing = new Pop3Mailbox() {
            private boolean opened;

            @Override
            public List<Pop3Message> messages() throws IOException {
                if (!opened) {
                    opened = true;
                    throw new IOException("Expected a disk, got none");
                }
                return List.of(new Pop3Message("one", List.of("x")));
            }

            @Override
            public void delete(List<Pop3Message> deleted) throws IOException {
                throw new IOException("Expected a disk, got none");
            }
        };
        RawPeer peer = Pop3Fixture.upgraded(Endpoint.of(
                Pop3Fixture.serverDialogue(TlsPolicy.REQUIRED, PlaintextLogin.REFUSED, failing),
                Pop3Fixture.server(TlsPolicy.REQUIRED)));
        assertThat(peer.tls("AUTH PLAIN " + Pop3Fixture.PLAIN + "\r\n"))
                .isEqualTo("-ERR [SYS/TEMP] The mailbox cannot be opened now\r\n");
        assertThat(peer.tls("AUTH PLAIN " + Pop3Fixture.PLAIN + "\r\n")).isEqualTo("+OK 1 messages (3 octets)\r\n");
        assertThat(peer.tls("DELE 1\r\nQUIT\r\n"))
                .endsWith("-ERR [SYS/TEMP] Some deleted messages were not removed\r\n");
        assertThat(peer.closeNotifyReceived()).isTrue();
    }

    private void login() throws Exception {
        assertThat(client.tls("AUTH PLAIN " + Pop3Fixture.PLAIN + "\r\n")).startsWith("+OK ");
    }
}
