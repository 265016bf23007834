package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.ServerSession;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapCommand;
import dev.starttls.imap.ImapHandler;
import dev.starttls.imap.ImapServerDialogue;
import dev.starttls.imap.ImapSession;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpCommand;
import dev.starttls.smtp.SmtpHandler;
import dev.starttls.smtp.SmtpServerDialogue;
import dev.starttls.smtp.SmtpSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One class may handle several protocols: no two handler interfaces inherit one generic interface with different arguments. */
class OneHandlerTest {

    private final AllProtocols handler = new AllProtocols();

    @Test
    void one_class_handles_smtp_imap_and_pop3() {
        for (Dialogue dialogue : List.of(
                new SmtpServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of()),
                new ImapServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of("IMAP4rev2")),
                new Pop3ServerDialogue("mail.example.org", TlsPolicy.REQUIRED, handler, List.of()))) {
            dialogue.opened();
            dialogue.secured();
            dialogue.received("t QUIRK");
            dialogue.ended(new SessionEnd(SessionEnd.Cause.CLOSED, Optional.empty()));
        }
        assertThat(handler.calls)
                .containsExactly(
                        "upgraded SmtpSession secure",
                        "SMTP command T",
                        "ended SmtpSession secure",
                        "upgraded ImapSession secure",
                        "IMAP command QUIRK",
                        "ended ImapSession secure",
                        "upgraded Pop3Session secure",
                        "POP3 command T",
                        "ended Pop3Session secure");
    }

    private static final class AllProtocols implements SmtpHandler, ImapHandler, Pop3Handler {

        private final List<String> calls = new ArrayList<>();

        @Override
        public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
            calls.add("SMTP command " + command.verb());
            return SmtpAnswer.of(502, "5.5.1 Not implemented");
        }

        @Override
        public ImapAnswer handle(ImapCommand command, ImapSession session) {
            calls.add("IMAP command " + command.name());
            return ImapAnswer.bad("Unknown command");
        }

        @Override
        public Pop3Answer handle(Pop3Command command, Pop3Session session) {
            calls.add("POP3 command " + command.keyword());
            return Pop3Answer.error("Not implemented");
        }

        @Override
        public void upgraded(SmtpSession session) {
            add("upgraded", session);
        }

        @Override
        public void upgraded(ImapSession session) {
            add("upgraded", session);
        }

        @Override
        public void upgraded(Pop3Session session) {
            add("upgraded", session);
        }

        @Override
        public void ended(SmtpSession session, SessionEnd end) {
            add("ended", session);
        }

        @Override
        public void ended(ImapSession session, SessionEnd end) {
            add("ended", session);
        }

        @Override
        public void ended(Pop3Session session, SessionEnd end) {
            add("ended", session);
        }

        private void add(String call, ServerSession session) {
            calls.add(
                    call + " " + session.getClass().getSimpleName() + (session.secure() ? " secure" : " in plaintext"));
        }
    }
}
