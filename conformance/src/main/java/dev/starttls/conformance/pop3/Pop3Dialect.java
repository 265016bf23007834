package dev.starttls.conformance.pop3;

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

/** POP3 as the other checks need it. */
public final class Pop3Dialect implements Dialect {
    @Override
    public Protocol protocol() {
        return Protocol.POP3;
    }

    @Override
    public Survey survey(Subject subject) throws IOException {
        return new UpgradeSurvey(subject, Pop3Talk::with).make();
    }

    @Override
    public Optional<Verdict> talkToGoAhead(Conversation conversation) {
        Pop3Talk talk = new Pop3Talk(conversation, TlsOffer.of(Optional.empty()));
        return talk.greeted().or(talk::introduced).or(talk::offered).or(talk::goneAhead);
    }

    /** NOOP is for those who have logged in (RFC 1939 section 5); CAPA is for all (RFC 2449 section 5). */
    @Override
    public String harmlessCommand() {
        return "CAPA\r\n";
    }

    @Override
    public boolean answersHarmlessCommand(String line) {
        return line.equals(".");
    }

    @Override
    public boolean endsGreeting(String line) {
        return line.matches("\\+OK( .*)?");
    }
}
