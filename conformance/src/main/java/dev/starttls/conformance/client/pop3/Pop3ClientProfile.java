package dev.starttls.conformance.client.pop3;

import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientProfile;
import dev.starttls.conformance.client.cases.ClientRule;
import dev.starttls.conformance.client.server.ServerDialect;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** POP3 (RFC 1939) with STLS (RFC 2595 section 4). */
public final class Pop3ClientProfile implements ClientProfile {
    @Override
    public ServerDialect dialect() {
        return new Pop3Dialect();
    }

    @Override
    public String upgrade() {
        return "STLS";
    }

    @Override
    public String discovery() {
        return "CAPA";
    }

    @Override
    public String goAhead() {
        return "+OK begin TLS";
    }

    @Override
    public List<String> refusals() {
        return List.of("-ERR not now", "-ERR [SYS/PERM] never", "-ERR [SYS/TEMP] later", "-ERR [AUTH] no");
    }

    @Override
    public List<String> loginCapabilities() {
        return List.of("USER", "SASL PLAIN LOGIN");
    }

    @Override
    public List<String> inviting() {
        return List.of("+OK", "USER", "SASL PLAIN LOGIN", ".");
    }

    @Override
    public List<String> capabilitiesWithoutLogin() {
        return List.of("TOP", "UIDL", "RESP-CODES");
    }

    @Override
    public List<String> loginCommands() {
        return List.of("USER", "PASS", "APOP", "AUTH");
    }

    @Override
    public List<String> loggedIn() {
        return List.of("+OK", "+OK logged in");
    }

    @Override
    public Fragment fragment() {
        return new Fragment("+O", "K\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n");
    }

    @Override
    public Listing listing() {
        return new Listing("+OK\r\n", "X-FILLER\r\n", "X-", "STLS\r\n.\r\n");
    }

    @Override
    public String truncatedListing() {
        return "+OK\r\nUSER\r\nSASL PLAIN LOGIN\r\n";
    }

    @Override
    public Map<String, String> truncatedTransfers() {
        String message = "+OK message follows\r\nSubject: test\r\n\r\nhel";
        return Map.of("RETR", message, "TOP", message);
    }

    @Override
    public String clause(ClientRule rule) {
        return switch (rule) {
            case REQUIRED -> "RFC 2595 section 2.2, RFC 8314 section 5.2";
            case COMMAND, DISCARD, DISCOVERY, INSIDE, HANDSHAKE -> "RFC 2595 section 4";
            case SYNTAX -> "RFC 1939 section 3";
            case BOUNDS -> "RFC 1939 section 3";
            case IMPLICIT -> "RFC 8314 section 3.1";
        };
    }

    @Override
    public List<ClientCase> cases() {
        return Stream.of(
                        Pop3OfferCases.all(), Pop3GreetingCases.all(), Pop3AnswerCases.all(), Pop3CapabilityCases.all())
                .flatMap(List::stream)
                .toList();
    }
}
