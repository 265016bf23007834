package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** All that is checked of SMTP. */
public final class SmtpTopics {
    private SmtpTopics() {}

    public static List<Topic> all() {
        return List.of(
                new GreetingTopic(),
                new OfferTopic(),
                new CommandTopic(),
                new InsideTopic(),
                new ForgetTopic(),
                new InjectionTopic(),
                new AuthTopic(),
                new HandshakeTopic(),
                new LineTopic());
    }
}
