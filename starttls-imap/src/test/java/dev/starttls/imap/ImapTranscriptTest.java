package dev.starttls.imap;

import dev.starttls.core.testing.TranscriptContract;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** LOGIN and AUTHENTICATE in all their forms (RFC 9051 sections 6.2.2 and 6.2.3), and passwords where none is awaited. */
class ImapTranscriptTest extends TranscriptContract {

    @Override
    protected List<String> scripts() {
        String plain = base64("\0joe\0" + SECRET);
        int length = SECRET.length();
        return List.of(
                "a LOGIN joe " + SECRET + "\r\nb NOOP\r\nc LOGOUT\r\n",
                "a login \"joe\" \"" + SECRET + "\"\r\n",
                "a LOGIN joe {" + length + "}\r\n" + SECRET + "\r\nb NOOP\r\n",
                "a LOGIN {3+}\r\njoe {" + length + "+}\r\n" + SECRET + "\r\nb NOOP\r\n",
                "a LOGIN {3+}\r\njoe \"" + SECRET + "\"\r\nb NOOP\r\n",
                "a AUTHENTICATE PLAIN\r\n" + plain + "\r\nb NOOP\r\n",
                "a AUTHENTICATE PLAIN " + plain + "\r\nb LOGOUT\r\n",
                // Not awaited: the command is refused, or was not said; a word of it may be taken for a tag.
                "a AUTHENTICATE X\r\n" + SECRET + " b\r\n" + SECRET + "\r\n" + plain + "\r\n",
                SECRET + " LOGON joe\r\n" + SECRET + " \r\n" + SECRET + " x y\r\nLOGIN joe " + SECRET + "\r\n",
                "a NOOP " + SECRET + "\r\nb CAPABILITY " + SECRET + "\r\nc ID (\"password\" \"" + SECRET + "\")\r\n",
                "a LOGIN joe x\r\nb FETCH 1 BODY[]\r\nc LOGOUT\r\n");
    }

    @Override
    protected List<String> shown() {
        return List.of(
                "SENT PLAINTEXT * OK [CAPABILITY IMAP4rev1 LITERAL- SASL-IR STARTTLS LOGINDISABLED] mail.example.org ready",
                "SENT PLAINTEXT T1 OK Begin TLS negotiation now",
                "RECEIVED TLS a LOGIN ***",
                "SENT TLS a OK Logged in",
                "RECEIVED TLS a AUTHENTICATE ***",
                "SENT TLS + ***",
                "RECEIVED TLS ***",
                "RECEIVED TLS b FETCH ***",
                "SENT TLS ***",
                "SENT TLS b OK FETCH completed",
                "RECEIVED TLS c LOGOUT",
                "SENT TLS * BYE mail.example.org closing the connection");
    }

    @Override
    protected Dialogue server(TlsPolicy policy) {
        // Lines of a mail that look like responses.
        String mail = "the password is " + SECRET + "\r\nb " + SECRET + "\r\n* OK " + SECRET + "\r\n";
        ImapHandler mailbox = (command, session) -> command.name().equals("FETCH")
                ? ImapAnswer.ok(
                        "FETCH completed",
                        new ImapResponse.Data("1 FETCH (BODY[] {" + mail.length() + "}\r\n" + mail + ")"))
                : ImapAnswer.bad("Unknown command");
        ImapLogin login = new ImapLogin((user, password) -> true, mailbox);
        return new ImapServerDialogue("mail.example.org", policy, login, login.capabilities());
    }

    @Override
    protected Dialogue client() {
        return new ImapClientDialogue();
    }
}
