package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.UpgradeSurvey;
import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.Optional;

/** A line-based protocol as the checks of the TLS layer see it. */
public record ProfileDialect(UpgradeProfile profile) implements Dialect {
    @Override
    public Protocol protocol() {
        return profile.protocol();
    }

    @Override
    public Survey survey(CheckContext subject) throws IOException {
        return new UpgradeSurvey(subject, profile.stages()::open).make();
    }

    @Override
    public Optional<Verdict> talkToGoAhead(Conversation conversation) {
        ProtocolSession talk = profile.stages().over(conversation, TlsOffer.of(Optional.empty()));
        return talk.greeted().or(talk::introduced).or(talk::offered).or(talk::goneAhead);
    }

    @Override
    public String harmlessCommand() {
        return profile.harmless();
    }

    @Override
    public boolean answersHarmlessCommand(String line) {
        return profile.answersHarmless(line);
    }

    @Override
    public boolean endsGreeting(String line) {
        return profile.endsGreeting(line);
    }
}
