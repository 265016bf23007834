package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.LineTalk;
import dev.starttls.core.testing.MailStore;
import dev.starttls.core.testing.PostfixServer;
import dev.starttls.core.testing.TestCertificates;
import dev.starttls.core.testing.TestCertificates.Issued;
import dev.starttls.core.testing.TestCertificates.KeyKind;
import dev.starttls.imap.ImapClient;
import dev.starttls.imap.ImapConnection;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A message on its whole way: every connection it takes is upgraded by us, every server on it is one we did not write. */
@Tag("peers")
@Timeout(180)
class MailJourneyTest {

    private static final String SUBJECT = "Subject: the whole way";
    private static final List<String> BODY = List.of("hello, mary", "..a line with a dot", "goodbye");

    private final TestCertificates certificates = TestCertificates.shared();

    @ParameterizedTest
    @EnumSource(MailStore.Kind.class)
    void what_is_sent_by_smtp_is_read_by_imap_and_by_pop3(MailStore.Kind kind) throws Exception {
        Issued identity = certificates.localhost(KeyKind.EC);
        SSLContext context = certificates.client();
        try (MailStore store = kind.start(identity);
                PostfixServer postfix = PostfixServer.deliveringTo(store, identity)) {
            send(postfix, context);
            postfix.awaitLog("status=sent");
            assertThat(byImap(store, context)).contains(SUBJECT).containsSubsequence(unstuffed());
            assertThat(byPop3(store, context)).contains(SUBJECT).containsSubsequence(BODY);
        }
    }

    private static void send(PostfixServer postfix, SSLContext context) throws Exception {
        try (SmtpConnection mail =
                SmtpClient.to("localhost", postfix.port()).sslContext(context).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            LineTalk talk = new LineTalk(mail.channel());
            talk.smtp("MAIL FROM:<joe@example.net>", 250);
            talk.smtp("RCPT TO:<mary@example.org>", 250);
            talk.smtp("DATA", 354);
            talk.smtp(SUBJECT + "\r\n\r\n" + String.join("\r\n", BODY) + "\r\n.", 250);
            talk.smtp("QUIT", 221);
        }
    }

    private static List<String> byImap(MailStore store, SSLContext context) throws Exception {
        try (ImapConnection mail =
                ImapClient.to("localhost", store.imap()).sslContext(context).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            LineTalk talk = new LineTalk(mail.channel());
            talk.imap("a", "LOGIN mary secret");
            assertThat(talk.imap("b", "SELECT INBOX")).contains("* 1 EXISTS");
            List<String> message = talk.imap("c", "FETCH 1 BODY.PEEK[]");
            talk.imap("d", "LOGOUT");
            return message;
        }
    }

    private static List<String> byPop3(MailStore store, SSLContext context) throws Exception {
        try (Pop3Connection mail =
                Pop3Client.to("localhost", store.pop3()).sslContext(context).connect()) {
            assertThat(mail.report().encrypted()).isTrue();
            LineTalk talk = new LineTalk(mail.channel());
            talk.pop3("USER mary");
            talk.pop3("PASS secret");
            List<String> message = talk.pop3Lines("RETR 1");
            talk.pop3("QUIT");
            return message;
        }
    }

    /** As the message is; SMTP and POP3 put a dot before one that begins a line, IMAP does not. */
    private static List<String> unstuffed() {
        return BODY.stream()
                .map(line -> line.startsWith(".") ? line.substring(1) : line)
                .toList();
    }
}
