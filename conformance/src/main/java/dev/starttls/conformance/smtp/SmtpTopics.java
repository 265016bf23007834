package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** The topics of SMTP alone. */
public final class SmtpTopics {
    private SmtpTopics() {}

    public static List<Topic> all() {
        return List.of(new CommandTopic(), new ForgetTopic());
    }
}
