package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** All checks that line-based protocols share. */
public final class UpgradeTopics {
    private UpgradeTopics() {}

    /** The checks of one protocol. */
    public static List<Topic> of(UpgradeProfile profile) {
        return List.of(
                new GreetingTopic(profile),
                new OfferTopic(profile),
                new CommandTopic(profile),
                new InsideTopic(profile),
                new AgainTopic(profile),
                new PipeliningTopic(profile),
                new InjectionTopic(profile),
                new HandshakeTopic(profile),
                new LineTopic(profile),
                new LoginTopic(profile),
                new EarlyLoginTopic(profile),
                new TicketTopic(profile),
                new ErrorTopic(profile),
                new GoodbyeTopic(profile));
    }
}
