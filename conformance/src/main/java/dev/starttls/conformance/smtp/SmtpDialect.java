package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Subject;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.UpgradeSurvey;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.Optional;

/** SMTP as the other checks need it. */
public final class SmtpDialect implements Dialect {
    @Override
    public Protocol protocol() {
        return Protocol.SMTP;
    }

    @Override
    public Survey survey(Subject subject) throws IOException {
        return new UpgradeSurvey(subject, SmtpTalk::with).make();
    }

    @Override
    public Optional<Verdict> talkToGoAhead(Conversation conversation) {
        SmtpTalk talk = new SmtpTalk(conversation, TlsOffer.of(Optional.empty()));
        return talk.greeted().or(talk::introduced).or(talk::offered).or(talk::goneAhead);
    }

    @Override
    public String harmlessCommand() {
        return "NOOP\r\n";
    }

    @Override
    public boolean answersHarmlessCommand(String line) {
        return line.matches("250( .*)?");
    }

    @Override
    public boolean endsGreeting(String line) {
        return line.matches("220( .*)?");
    }
}
