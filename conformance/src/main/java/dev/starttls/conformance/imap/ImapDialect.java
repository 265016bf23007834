package dev.starttls.conformance.imap;

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

/** IMAP as the other checks need it. */
public final class ImapDialect implements Dialect {
    @Override
    public Protocol protocol() {
        return Protocol.IMAP;
    }

    @Override
    public Survey survey(Subject subject) throws IOException {
        return new UpgradeSurvey(subject, ImapTalk::with).make();
    }

    @Override
    public Optional<Verdict> talkToGoAhead(Conversation conversation) {
        ImapTalk talk = new ImapTalk(conversation, TlsOffer.of(Optional.empty()));
        return talk.greeted().or(talk::introduced).or(talk::offered).or(talk::goneAhead);
    }

    /** Always with the same tag, which servers do not mind. */
    @Override
    public String harmlessCommand() {
        return "h NOOP\r\n";
    }

    @Override
    public boolean answersHarmlessCommand(String line) {
        return line.matches("(?i)h OK( .*)?");
    }

    @Override
    public boolean endsGreeting(String line) {
        return line.matches("(?i)\\* (OK|PREAUTH)( .*)?");
    }
}
