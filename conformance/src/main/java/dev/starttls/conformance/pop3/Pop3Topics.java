package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** All that is checked of POP3. */
public final class Pop3Topics {
    private Pop3Topics() {}

    public static List<Topic> all() {
        return List.of(
                new GreetingTopic(),
                new OfferTopic(),
                new CommandTopic(),
                new InsideTopic(),
                new ForgetTopic(),
                new ApopTopic(),
                new InjectionTopic(),
                new LoginTopic(),
                new TransactionTopic(),
                new HandshakeTopic(),
                new LineTopic());
    }
}
