package dev.starttls.pop3;

import dev.starttls.core.testing.TranscriptContract;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import java.util.Optional;

/** PASS, APOP (RFC 1939 section 7) and AUTH (RFC 5034 section 4), and passwords where none is awaited. */
class Pop3TranscriptTest extends TranscriptContract {

    @Override
    protected List<String> scripts() {
        String plain = base64("\0joe\0" + SECRET);
        return List.of(
                "USER joe\r\nPASS " + SECRET + "\r\nSTAT\r\nQUIT\r\n",
                "user joe\r\npass  " + SECRET + " and more\r\nRETR 1\r\nTOP 1 0\r\n",
                "USER " + SECRET + "\r\nPASS " + SECRET + "x".repeat(400) + "\r\n",
                "APOP joe " + SECRET + "\r\n",
                "AUTH PLAIN\r\n" + plain + "\r\nSTAT\r\nQUIT\r\n",
                "AUTH PLAIN " + plain + "\r\nCAPA\r\n",
                // Not awaited: the command is refused, or was not said.
                "AUTH X\r\n" + plain + "\r\n" + SECRET + "\r\nCAPA\r\n" + SECRET + "\r\n",
                "RETR " + SECRET + "\r\nNOOP " + SECRET + "\r\nQUIT " + SECRET + "\r\n",
                "LOGIN joe " + SECRET + "\r\n PASS " + SECRET + "\r\nPASS\t" + SECRET + "\r\n");
    }

    @Override
    protected List<String> shown() {
        return List.of(
                "RECEIVED PLAINTEXT STLS",
                "SENT PLAINTEXT STLS",
                "SENT PLAINTEXT +OK Begin TLS",
                "RECEIVED TLS USER ***",
                "RECEIVED TLS PASS ***",
                "RECEIVED TLS RETR 1",
                "RECEIVED TLS TOP 1 0",
                "SENT TLS ***",
                "SENT TLS .",
                "RECEIVED TLS APOP ***",
                "RECEIVED TLS AUTH ***",
                "SENT TLS + ***",
                "RECEIVED TLS QUIT");
    }

    @Override
    protected Dialogue server(TlsPolicy policy) {
        Pop3Maildrop handler = new Pop3Maildrop((user, password) -> Optional.of(new MemoryMailbox(List.of(
                new Pop3Message("1", List.of("", "the password is " + SECRET, "+OK " + SECRET, "-ERR " + SECRET))))));
        return new Pop3ServerDialogue(
                "mail.example.org", policy, handler, handler.capabilities(), PlaintextLogin.ALLOWED);
    }

    @Override
    protected Dialogue client() {
        return new Pop3ClientDialogue();
    }
}
