package dev.starttls.conformance.client;

import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientProfile;
import dev.starttls.conformance.client.cases.SharedCases;
import dev.starttls.conformance.client.imap.ImapClientProfile;
import dev.starttls.conformance.client.pop3.Pop3ClientProfile;
import dev.starttls.conformance.client.smtp.SmtpClientProfile;
import dev.starttls.conformance.client.tls.TlsCases;
import dev.starttls.conformance.run.Selection;
import dev.starttls.conformance.target.Protocol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All cases. */
public final class ClientSuite {

    private ClientSuite() {}

    /** The cases for clients of a protocol, in the order of their ids. */
    public static List<ClientCase> cases(Protocol protocol) {
        ClientProfile profile = profile(protocol);
        List<ClientCase> cases = new ArrayList<>(SharedCases.of(profile));
        cases.addAll(profile.cases());
        cases.addAll(TlsCases.of(profile));
        cases.sort(Comparator.comparing(ClientCase::id));
        return cases;
    }

    /**
     * The cases that a selection takes, in the order of their ids, and the {@linkplain #control control}, which is run
     * whatever the selection says: without it no case says anything.
     *
     * @return empty if the selection takes none
     */
    public static List<ClientCase> selected(Protocol protocol, Selection selection) {
        List<ClientCase> all = cases(protocol);
        boolean none = all.stream().noneMatch(each -> selection.takes(each.check()));
        return all.stream()
                .filter(each -> !none && (each.isControl() || selection.takes(each.check())))
                .toList();
    }

    /** The case that judges what a client does with a well-behaved server. */
    public static ClientCase control(Protocol protocol) {
        return cases(protocol).stream()
                .filter(ClientCase::isControl)
                .findFirst()
                .orElseThrow();
    }

    /** What is particular to a protocol. */
    public static ClientProfile profile(Protocol protocol) {
        return switch (protocol) {
            case SMTP -> new SmtpClientProfile();
            case IMAP -> new ImapClientProfile();
            case POP3 -> new Pop3ClientProfile();
        };
    }
}
