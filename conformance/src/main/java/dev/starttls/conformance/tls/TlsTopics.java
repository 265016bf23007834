package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.Topic;
import java.util.List;

/** The topics of the TLS layer, for every protocol. */
public final class TlsTopics {

    private TlsTopics() {}

    /** All of them. */
    public static List<Topic> all() {
        return List.of(
                new VersionTopic(),
                new SuiteTopic(),
                new CertificateTopic(),
                new SignatureTopic(),
                new CertificateProfileTopic(),
                new StaplingTopic(),
                new NameResumptionTopic(),
                new ExtensionTopic(),
                new HelloTopic(),
                new RefusalTopic(),
                new RecordTopic(),
                new CorruptionTopic(),
                new EarlyDataTopic(),
                new StallTopic(),
                new ResumptionTopic(),
                new RenegotiationTopic(),
                new CloseNotifyTopic(),
                new KeyExchangeTopic(),
                new AnswerTopic(),
                new HandshakeOrderTopic(),
                new RsaOracleTopic(),
                new OtherPortTopic());
    }
}
