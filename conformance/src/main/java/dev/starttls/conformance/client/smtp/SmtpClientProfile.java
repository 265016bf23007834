package dev.starttls.conformance.client.smtp;

import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientProfile;
import dev.starttls.conformance.client.cases.ClientRule;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.ServerDialect;
import java.util.List;
import java.util.Map;

/** SMTP (RFC 5321) with STARTTLS (RFC 3207). */
public final class SmtpClientProfile implements ClientProfile {
    @Override
    public ServerDialect dialect() {
        return new SmtpDialect();
    }

    @Override
    public String upgrade() {
        return "STARTTLS";
    }

    @Override
    public String discovery() {
        return "EHLO";
    }

    @Override
    public String goAhead() {
        return "220 2.0.0 ready to start TLS";
    }

    @Override
    public List<String> refusals() {
        return List.of(
                "454 4.7.0 TLS not available",
                "500 5.5.2 unknown command",
                "501 5.5.4 syntax error",
                "502 5.5.1 not implemented",
                "503 5.5.1 not now",
                "530 5.7.0 denied",
                "554 5.7.3 refused");
    }

    @Override
    public List<String> loginCapabilities() {
        return List.of("AUTH PLAIN LOGIN");
    }

    @Override
    public List<String> inviting() {
        return List.of("250-mail.example.org", "250 AUTH PLAIN LOGIN");
    }

    @Override
    public List<String> capabilitiesWithoutLogin() {
        return List.of("SIZE 10240000", "8BITMIME");
    }

    @Override
    public List<String> loginCommands() {
        return List.of("AUTH");
    }

    @Override
    public List<String> loggedIn() {
        return List.of("235 2.7.0 authenticated");
    }

    @Override
    public Fragment fragment() {
        return new Fragment("250-AU", "TH PLAIN LOGIN\r\n250 SIZE 10240000\r\n");
    }

    @Override
    public Listing listing() {
        return new Listing("250-mail.example.org\r\n", "250-X-FILLER\r\n", "250-X-", "250 STARTTLS\r\n");
    }

    @Override
    public String truncatedListing() {
        return "250-mail.example.org\r\n250-AUTH PLAIN LOGIN\r\n";
    }

    @Override
    public Map<String, String> truncatedTransfers() {
        return Map.of(ReceivedLine.END_OF_CONTENT, "");
    }

    @Override
    public String clause(ClientRule rule) {
        return switch (rule) {
            case REQUIRED -> "RFC 3207 section 6, RFC 8314 section 5.2";
            case COMMAND -> "RFC 3207 section 4";
            case DISCARD, DISCOVERY, INSIDE -> "RFC 3207 section 4.2";
            case HANDSHAKE -> "RFC 3207 section 4.1";
            case SYNTAX -> "RFC 5321 section 4.2";
            case BOUNDS -> "RFC 5321 section 4.5.3";
            case IMPLICIT -> "RFC 8314 section 3.3";
        };
    }

    @Override
    public List<ClientCase> cases() {
        return SmtpCases.all();
    }
}
