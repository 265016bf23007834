package dev.starttls.conformance.smtp;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Received;
import java.util.ArrayList;
import java.util.List;

/** Reads replies leniently, noting every departure from RFC 5321 section 4.2. */
final class LenientSmtpReader {
    /** An EHLO reply has some twenty lines; a reply of more lines than this is malformed. */
    private static final int MAX_LINES = 500;
    /** RFC 5321 section 4.5.3.1.5, with the CRLF. */
    private static final int MAX_LINE = 512;

    private LenientSmtpReader() {}

    static ObservedSmtpReply read(Conversation conversation) {
        List<String> texts = new ArrayList<>();
        List<String> flaws = new ArrayList<>();
        int code = 0;
        while (texts.size() < MAX_LINES) {
            Received received = conversation.readLine();
            if (!(received instanceof Received.Line line)) {
                return new ObservedSmtpReply.None(received);
            }
            String text = line.text();
            if (!text.matches("(?s)[2-5][0-9][0-9]([ -].*)?")) {
                return new ObservedSmtpReply.Malformed(
                        text, "it does not begin with a code from 200 to 599 and a space or '-'");
            }
            int now = Integer.parseInt(text.substring(0, 3));
            if (code != 0 && now != code) {
                return new ObservedSmtpReply.Malformed(text, "the code changed from " + code + " within the reply");
            }
            code = now;
            note(flaws, line);
            texts.add(text.length() > 4 ? text.substring(4) : "");
            if (text.length() == 3 || text.charAt(3) == ' ') {
                return new ObservedSmtpReply.Answer(code, texts, flaws);
            }
        }
        return new ObservedSmtpReply.Malformed(texts.get(0), "the reply has more than " + MAX_LINES + " lines");
    }

    private static void note(List<String> flaws, Received.Line line) {
        if (line.bareLf()) {
            flaws.add("a line ends in LF without CR");
        }
        if (line.text().length() + 2 > MAX_LINE) {
            flaws.add("a line has " + (line.text().length() + 2) + " octets, more than " + MAX_LINE);
        }
        if (line.text().chars().anyMatch(c -> c != '\t' && (c < ' ' || c > 0x7e))) {
            flaws.add("a line has octets that are not printable ASCII");
        }
    }
}
