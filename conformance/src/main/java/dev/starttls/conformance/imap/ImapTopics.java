package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** The topics of IMAP alone. */
public final class ImapTopics {
    private ImapTopics() {}

    public static List<Topic> all() {
        return List.of(
                new GreetingTopic(),
                new OfferTopic(),
                new LoginTopic(),
                new InjectionTopic(),
                new SyntaxTopic(),
                new BoundTopic());
    }
}
