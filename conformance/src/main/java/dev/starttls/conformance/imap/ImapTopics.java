package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** All that is checked of IMAP. */
public final class ImapTopics {
    private ImapTopics() {}

    public static List<Topic> all() {
        return List.of(
                new GreetingTopic(),
                new OfferTopic(),
                new CommandTopic(),
                new InsideTopic(),
                new LoginTopic(),
                new InjectionTopic(),
                new AuthenticatedTopic(),
                new HandshakeTopic(),
                new SyntaxTopic(),
                new BoundTopic());
    }
}
