package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.imap.ImapDialect;
import dev.starttls.conformance.imap.ImapTopics;
import dev.starttls.conformance.pop3.Pop3Dialect;
import dev.starttls.conformance.pop3.Pop3Topics;
import dev.starttls.conformance.smtp.SmtpDialect;
import dev.starttls.conformance.smtp.SmtpTopics;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.TlsTopics;
import java.util.ArrayList;
import java.util.List;

/** All checks there are, and the protocols they can be made of. */
public final class Suite {

    private Suite() {}

    public static Catalogue catalogue() {
        List<Topic> topics = new ArrayList<>(SmtpTopics.all());
        topics.addAll(ImapTopics.all());
        topics.addAll(Pop3Topics.all());
        topics.addAll(TlsTopics.all());
        return Catalogue.of(topics);
    }

    /** How to speak the protocol. */
    public static Dialect dialect(Protocol protocol) {
        return switch (protocol) {
            case SMTP -> new SmtpDialect();
            case IMAP -> new ImapDialect();
            case POP3 -> new Pop3Dialect();
        };
    }
}
