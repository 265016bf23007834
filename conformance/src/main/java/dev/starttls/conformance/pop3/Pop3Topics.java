package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** The topics of POP3 alone. */
public final class Pop3Topics {
    private Pop3Topics() {}

    public static List<Topic> all() {
        return List.of(new AnswerTopic(), new ForgetTopic(), new ApopTopic(), new LoginTopic(), new LineTopic());
    }
}
