package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientProfile;
import dev.starttls.conformance.client.cases.ClientRule;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerDialect;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** IMAP (RFC 9051) with STARTTLS (its section 6.2.1). */
public final class ImapClientProfile implements ClientProfile {
    @Override
    public ServerDialect dialect() {
        return new ImapDialect();
    }

    @Override
    public String upgrade() {
        return "STARTTLS";
    }

    @Override
    public String discovery() {
        return "CAPABILITY";
    }

    @Override
    public String goAhead() {
        return "{tag} OK begin TLS";
    }

    @Override
    public List<String> refusals() {
        return List.of("{tag} NO not now", "{tag} BAD unknown command");
    }

    @Override
    public List<String> loginCapabilities() {
        return List.of("AUTH=PLAIN", "AUTH=LOGIN");
    }

    @Override
    public List<String> inviting() {
        return List.of("* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN", "{next} OK done");
    }

    @Override
    public List<String> capabilitiesWithoutLogin() {
        return List.of("IMAP4rev1", "LOGINDISABLED");
    }

    @Override
    public List<String> loginCommands() {
        return List.of("LOGIN", "AUTHENTICATE");
    }

    @Override
    public List<String> loggedIn() {
        // A client that sends more than one command before its login has a tag of its own for each.
        return List.of(
                "{next2} OK logged in",
                "{next3} OK logged in",
                "{next4} OK logged in",
                "{next5} OK logged in",
                "{next6} OK logged in");
    }

    @Override
    public Fragment fragment() {
        return new Fragment("* CAPABILITY IMAP4rev1 AUTH=PLA", "IN\r\n{tag} OK done\r\n");
    }

    @Override
    public Listing listing() {
        return new Listing(
                "", "* OK filler\r\n", "* OK ", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK done\r\n");
    }

    @Override
    public String truncatedListing() {
        return "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN\r\n";
    }

    @Override
    public Map<String, String> truncatedTransfers() {
        String message = "* 1 FETCH (UID 1 FLAGS () BODY[] {1000}\r\nSubject: test\r\n\r\nhel";
        return Map.of("FETCH", message, "UID FETCH", message);
    }

    @Override
    public Script foreseeing(Script script, Control control) {
        return script.dialect(new ImapDialect(TagSequence.Known.of(control.trial())));
    }

    @Override
    public Optional<String> unforeseen(Trial injected) {
        return TagSequence.unforeseen(injected);
    }

    @Override
    public String clause(ClientRule rule) {
        return switch (rule) {
            case REQUIRED -> "RFC 2595 section 2.2, RFC 8314 section 5.2";
            case COMMAND, DISCARD, DISCOVERY, INSIDE, HANDSHAKE -> "RFC 9051 section 6.2.1";
            case SYNTAX -> "RFC 9051 section 7";
            case BOUNDS -> "RFC 9051 section 4.3";
            case IMPLICIT -> "RFC 8314 section 3.2";
        };
    }

    @Override
    public List<ClientCase> cases() {
        return Stream.of(
                        ImapOfferCases.all(),
                        ImapGreetingCases.all(),
                        ImapInjectionCases.all(),
                        ImapAnswerCases.all(),
                        ImapDataCases.all(),
                        ImapReferralCases.all(),
                        ImapCapabilityCases.all())
                .flatMap(List::stream)
                .toList();
    }
}
