package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.imap.ImapDialect;
import dev.starttls.conformance.imap.ImapTopics;
import dev.starttls.conformance.smtp.SmtpDialect;
import dev.starttls.conformance.smtp.SmtpTopics;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.TlsTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All checks there are, and the protocols they can be made of. */
public final class Suite {
    private static final List<Dialect> DIALECTS = List.of(new SmtpDialect(), new ImapDialect());

    private Suite() {}

    public static Catalogue catalogue() {
        List<Topic> topics = new ArrayList<>(SmtpTopics.all());
        topics.addAll(ImapTopics.all());
        topics.addAll(TlsTopics.all());
        return Catalogue.of(topics);
    }

    /** How to speak the protocol; empty if no checks are there for it yet. */
    public static Optional<Dialect> dialect(Protocol protocol) {
        return DIALECTS.stream()
                .filter(dialect -> dialect.protocol() == protocol)
                .findFirst();
    }
}
