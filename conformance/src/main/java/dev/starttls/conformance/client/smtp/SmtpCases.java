package dev.starttls.conformance.client.smtp;

import dev.starttls.conformance.client.cases.ClientCase;
import java.util.List;
import java.util.stream.Stream;

/** The cases that only SMTP has. */
final class SmtpCases {
    private SmtpCases() {}

    static List<ClientCase> all() {
        return Stream.of(SmtpOfferCases.all(), SmtpReplyCases.all(), SmtpExtensionCases.all())
                .flatMap(List::stream)
                .toList();
    }
}
