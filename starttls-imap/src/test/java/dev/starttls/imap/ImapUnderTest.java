package dev.starttls.imap;

import dev.starttls.core.testing.ProtocolUnderTest;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** What is said on the wire when this protocol's dialogues work, for the contracts of all protocols. */
final class ImapUnderTest implements ProtocolUnderTest {

    @Override
    public Dialogue client() {
        return new ImapClientDialogue();
    }

    @Override
    public Dialogue server(TlsPolicy policy) {
        return ImapFixture.serverDialogue(policy);
    }

    @Override
    public List<Exchange> before() {
        return List.of(new Exchange("", List.of("* OK [CAPABILITY " + ImapFixture.BEFORE + "] ready")));
    }

    @Override
    public String bareGreeting() {
        return "* OK ready\r\n";
    }

    @Override
    public Exchange upgrade() {
        return new Exchange("T1 STARTTLS", List.of("T1 OK Begin TLS negotiation now"));
    }

    @Override
    public String refusal() {
        return "T1 NO Not now";
    }

    @Override
    public List<Exchange> inside() {
        return List.of(new Exchange("T2 CAPABILITY", List.of("* CAPABILITY " + ImapFixture.INSIDE, "T2 OK done")));
    }

    @Override
    public Exchange probe() {
        return new Exchange("x NOOP", List.of("x OK NOOP completed"));
    }

    @Override
    public List<String> announcedInside() {
        return List.of(ImapFixture.INSIDE.split(" "));
    }

    @Override
    public List<Exchange> session() {
        return List.of(
                new Exchange(
                        "x LOGIN {4+}\r\nmary {6}\r\nsecret", List.of("+ Ready for the literal", "x OK Logged in")),
                new Exchange(
                        "y LOGOUT", List.of("* BYE mail.example.org closing the connection", "y OK LOGOUT completed")));
    }

    @Override
    public List<String> injections() {
        return List.of("b LOGIN {5}\r\nadmin x\r\n", "b LOGIN {5+}\r\nadmin secret\r\nc NO", "b");
    }

    @Override
    public List<String> serverFragments() {
        return List.of(
                "* OK ready\r\n",
                "* CAPABILITY IMAP4rev1 STARTTLS\r\nT1 OK done\r\n",
                "* OK [CAPABILITY STARTTLS] ready\r\n",
                "* PREAUTH ready\r\n",
                "* BYE [REFERRAL imap://evil/] gone\r\n",
                "T1 OK go\r\n",
                "T2 OK [CAPABILITY AUTH=PLAIN] go\r\n",
                "T1 NO\r\n",
                "T2 BAD\r\n",
                "T1 OK",
                "+ go\r\n",
                "* 3 EXISTS\r\n",
                "* LIST () \"/\" {5}\r\nINBOX\r\n",
                "* X {70000}\r\n",
                "* X {3");
    }

    @Override
    public String clientInTheClear() {
        return "(?:T1 STARTTLS\\r\\n)?(?:T[12] CAPABILITY\\r\\n)?(?:T[123] STARTTLS\\r\\n)?";
    }

    @Override
    public List<String> clientFragments() {
        return List.of(
                "a CAPABILITY\r\n",
                "b LOGIN mary secret\r\n",
                "c LOGIN {4}\r\n",
                "d LOGIN {4+}\r\nmary {6+}\r\nsecret\r\n",
                "e AUTHENTICATE PLAIN AG1hcnkAc2VjcmV0\r\n",
                "f AUTHENTICATE PLAIN\r\n",
                "g ID {3}\r\nfoo\r\n",
                "mary {6}\r\n",
                "+ NOOP\r\n",
                "h IDLE\r\n",
                "i {0+}\r\n\r\n",
                "j APPEND x {9999999999}\r\n",
                "secret\r\n",
                "k NOOP {4097+}\r\n",
                "l STARTTLS\r\n");
    }

    @Override
    public Dialogue guardedServer(TlsPolicy policy) {
        ImapHandler guard = (command, session) -> {
            if (List.of("LOGIN", "AUTHENTICATE").contains(command.name()) || session.authenticated()) {
                throw new AssertionError("Expected no log-in in the clear, got " + command);
            }
            return ImapAnswer.ok("done");
        };
        return new ImapServerDialogue("mail.example.org", policy, guard, List.of(ImapFixture.INSIDE.split(" ")));
    }

    @Override
    public String answerInTheClear(TlsPolicy policy) {
        return "\\* (?:OK|CAPABILITY|BAD|BYE) [^\\r\\n]+\\r\\n|\\+ [^\\r\\n]+\\r\\n"
                + "|[a-z]+ (?:OK|NO|BAD) [^\\r\\n]+\\r\\n";
    }
}
