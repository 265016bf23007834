package dev.starttls.conformance;

import dev.starttls.conformance.check.Catalogue;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.domain.DomainTopic;
import dev.starttls.conformance.imap.ImapProfile;
import dev.starttls.conformance.pop3.Pop3Profile;
import dev.starttls.conformance.smtp.SmtpProfile;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.TlsTopics;
import dev.starttls.conformance.upgrade.ProfileDialect;
import dev.starttls.conformance.upgrade.UpgradeProfile;
import dev.starttls.conformance.upgrade.UpgradeTopics;
import java.util.ArrayList;
import java.util.List;

/** All checks, and the protocols that the suite knows. */
public final class Suite {

    private Suite() {}

    public static Catalogue catalogue() {
        List<Topic> topics = new ArrayList<>(TlsTopics.all());
        for (Protocol protocol : Protocol.values()) {
            UpgradeProfile profile = profile(protocol);
            topics.addAll(UpgradeTopics.of(profile));
            topics.addAll(profile.topics());
        }
        topics.add(new DomainTopic());
        return Catalogue.of(topics);
    }

    private static UpgradeProfile profile(Protocol protocol) {
        return switch (protocol) {
            case SMTP -> new SmtpProfile();
            case IMAP -> new ImapProfile();
            case POP3 -> new Pop3Profile();
        };
    }

    /** The dialect of a protocol. */
    public static Dialect dialect(Protocol protocol) {
        return new ProfileDialect(profile(protocol));
    }
}
