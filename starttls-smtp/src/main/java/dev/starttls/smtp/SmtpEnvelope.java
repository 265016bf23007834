package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom a message is from and for (RFC 5321 section 2.3.1).
 *
 * @param clientName as the client gave it with EHLO or HELO
 * @param sender the address of the reverse-path without its angle brackets; empty for the null path of a notification
 * @param recipients the addresses of the forward-paths, in their order
 * @param session of the client
 */
public record SmtpEnvelope(String clientName, String sender, List<String> recipients, SmtpSession session) {

    /** Keeps its own copy of the recipients. */
    public SmtpEnvelope {
        recipients = List.copyOf(recipients);
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
        return new SmtpEnvelope(clientName, sender, more, session);
    }
}
