package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Survey;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.UpgradeSurvey;
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
    public Survey survey(CheckContext context) throws IOException {
        return new UpgradeSurvey(context, profile.stages()::open).make();
    }

    @Override
    public Optional<Verdict> talkToGoAhead(Conversation conversation) {
        ProtocolSession session = profile.stages().over(conversation, TlsOffer.of(Optional.empty()));
        return session.greeted().or(session::introduced).or(session::offered).or(session::goneAhead);
    }

    @Override
    public String harmlessCommand() {
        return profile.harmless();
    }

    @Override
    public String longestHarmlessCommand() {
        return profile.longestHarmless();
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
