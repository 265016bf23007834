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
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.util.Optional;

/** A line-based protocol as the checks of the TLS layer see it. One for each target. */
public final class ProfileDialect implements Dialect {
    private final UpgradeProfile profile;
    /** The command that this server takes in place of the usual one; empty if it takes that. */
    private volatile Optional<String> instead = Optional.empty();

    public ProfileDialect(UpgradeProfile profile) {
        this.profile = profile;
    }

    public UpgradeProfile profile() {
        return profile;
    }

    @Override
    public Protocol protocol() {
        return profile.protocol();
    }

    @Override
    public Survey survey(CheckContext context) throws IOException {
        Survey survey = new UpgradeSurvey(context, profile.stages()::open).make();
        if (survey.tls().isPresent() && !profile.harmlessInstead().isEmpty()) {
            choose(context);
        }
        return survey;
    }

    private void choose(CheckContext context) {
        try {
            profile.stages()
                    .introducedInside()
                    .then((session, same) -> chosen(session))
                    .run(context);
        } catch (IOException e) {
            // The server takes no second connection now: the usual command stays.
            context.transcript().note(1, "no other connection: " + e.getMessage());
        }
    }

    /** Chooses the first command that this server takes; if it takes none, the usual one, whose refusal is an answer. */
    private Verdict chosen(ProtocolSession session) {
        instead = takes(session, profile.harmless())
                ? Optional.empty()
                : profile.harmlessInstead().stream()
                        .filter(command -> takes(session, command))
                        .findFirst();
        session.leave();
        return Verdict.pass(harmlessCommand().strip());
    }

    private static boolean takes(ProtocolSession session, String command) {
        return session.say(command.strip()).done();
    }

    @Override
    public Optional<Verdict> talkToGoAhead(Conversation conversation) {
        return talkToGoAhead(conversation, TargetSettings.standard());
    }

    @Override
    public Optional<Verdict> talkToGoAhead(Conversation conversation, TargetSettings settings) {
        ProtocolSession session = profile.stages().over(conversation, TlsOffer.of(Optional.empty()), settings);
        return session.greeted().or(session::introduced).or(session::offered).or(session::goneAhead);
    }

    @Override
    public String harmlessCommand() {
        return instead.orElseGet(profile::harmless);
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
    public boolean refusesHarmlessCommand(String line) {
        return profile.refusesHarmless(line);
    }

    @Override
    public boolean endsGreeting(String line) {
        return profile.endsGreeting(line);
    }
}
