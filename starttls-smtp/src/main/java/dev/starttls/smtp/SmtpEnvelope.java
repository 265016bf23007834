package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.smtp.policy.RequireTls;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom a message is from and for (RFC 5321 section 2.3.1).
 *
 * @param clientName as the client gave it with EHLO or HELO
 * @param sender the address of the reverse-path without its angle brackets; empty for the null path of a notification
 * @param recipients the addresses of the forward-paths, in their order
 * @param session of the client
 * @param parameters of MAIL, as the client gave them, for instance "BODY=8BITMIME"
 */
public record SmtpEnvelope(
        String clientName, String sender, List<String> recipients, SmtpSession session, List<String> parameters) {

    /** Keeps its own copies of the recipients and the parameters. */
    public SmtpEnvelope {
        recipients = List.copyOf(recipients);
        parameters = List.copyOf(parameters);
    }

    /**
     * One without parameters.
     *
     * @param clientName as the client gave it with EHLO or HELO
     * @param sender the address of the reverse-path without its angle brackets
     * @param recipients the addresses of the forward-paths, in their order
     * @param session of the client
     */
    public SmtpEnvelope(String clientName, String sender, List<String> recipients, SmtpSession session) {
        this(clientName, sender, recipients, session, List.of());
    }

    /**
     * Whether the client has said that addresses and headers may be UTF-8 (RFC 6531 section 3.4).
     *
     * @return true if SMTPUTF8 is among the parameters; each character of the addresses is an octet then too
     */
    public boolean internationalized() {
        return parameters.stream().anyMatch(parameter -> Ascii.upper(parameter).equals("SMTPUTF8"));
    }

    /**
     * Whether the client has asked that the message is sent on inside TLS or not at all (RFC 8689 section 2); the message is to be kept
     * with that (section 4.1), and overrides a field TLS-Required of its header.
     *
     * @return true if REQUIRETLS is among the parameters
     */
    public boolean requiresTls() {
        return parameters.stream().anyMatch(parameter -> Ascii.upper(parameter).equals(RequireTls.KEYWORD));
    }

    /** For people: without control characters. */
    @Override
    public String toString() {
        Object client = session == null ? "none" : session.peer();
        return Ascii.printable("SmtpEnvelope[clientName=" + clientName + ", sender=" + sender + ", recipients="
                + recipients + ", client=" + client + "]");
    }

    SmtpEnvelope withRecipient(String recipient) {
        List<String> more = new ArrayList<>(recipients);
        more.add(recipient);
        return new SmtpEnvelope(clientName, sender, more, session, parameters);
    }
}
