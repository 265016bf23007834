package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.PlainLogin;
import dev.starttls.conformance.target.Login;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Logs in inside TLS with the user's own credentials, after CAPABILITY. Neither the transcript nor a verdict shows the
 * password, even if the server repeats it.
 */
record ImapAuthentication(ImapProtocolSession session, Login login) {
    /** Logs in; empty if that worked, otherwise the obstacle. */
    Optional<Verdict> tried() {
        boolean plain = session.capabilities().mechanisms().contains("PLAIN");
        char[] password = login.password().get();
        try {
            if (!plain && !quotable(password)) {
                return Optional.of(
                        Verdict.skip("LOGIN cannot carry this user or password, and AUTH=PLAIN is not announced"));
            }
            ImapCommandResult answer = plain ? authenticate() : login(password);
            session.tried(answer);
            // The server's answer may repeat the password, so the detail does not quote it.
            return answer.ok()
                    ? Optional.empty()
                    : Optional.of(answer.inconclusive("the login as " + login.user() + " failed"));
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private ImapCommandResult authenticate() {
        ImapCommandResult asked = session.say("AUTHENTICATE PLAIN");
        return asked.asks() ? PlainLogin.send(session.wire(), login, () -> session.answer(asked.tag())) : asked;
    }

    private ImapCommandResult login(char[] password) {
        String tag = session.nextTag();
        session.wire().conceal(new String(password));
        session.wire().conceal(quoted(new String(password)));
        String command = tag + " LOGIN " + quoted(login.user()) + " " + quoted(new String(password)) + "\r\n";
        session.wire().sendSecret(command.getBytes(StandardCharsets.US_ASCII), tag + " LOGIN (user and password)");
        return session.answer(tag);
    }

    /** RFC 9051 section 9: a quoted string has no CR, LF or NUL, and before ENABLE UTF8 ASCII only. */
    private boolean quotable(char[] password) {
        return CharBuffer.wrap(login.user() + new String(password)).chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
