package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.target.Login;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Logs in with the user's own credentials, inside TLS, where CAPABILITY was asked for. Neither the transcript nor a verdict
 * shows the password, even if the server repeats it.
 */
record LogIn(ImapTalk talk, Login login) {
    /** Empty if that worked. */
    Optional<Verdict> tried() {
        boolean plain = talk.capabilities().mechanisms().contains("PLAIN");
        char[] password = login.password().get();
        try {
            if (!plain && !quotable(password)) {
                return Optional.of(
                        Verdict.skip("LOGIN cannot carry this user or password, and AUTH=PLAIN is not announced"));
            }
            Answer answer = plain ? authenticate(password) : login(password);
            // What the server says to it may repeat the password, so the detail does not.
            return answer.ok()
                    ? Optional.empty()
                    : Optional.of(Verdict.inconclusive("the login as " + login.user() + " failed"));
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** RFC 4616 section 2: no authorization identity, NUL, the user, NUL, the password. */
    private Answer authenticate(char[] password) {
        Answer asked = talk.say("AUTHENTICATE PLAIN");
        if (!asked.asks()) {
            return asked;
        }
        ByteBuffer secret = utf8(password);
        byte[] user = login.user().getBytes(StandardCharsets.UTF_8);
        byte[] message = ByteBuffer.allocate(user.length + secret.remaining() + 2)
                .put((byte) 0)
                .put(user)
                .put((byte) 0)
                .put(secret)
                .array();
        String encoded = Base64.getEncoder().encodeToString(message);
        talk.wire().conceal(new String(password));
        talk.wire().conceal(encoded);
        talk.wire().sendSecret((encoded + "\r\n").getBytes(StandardCharsets.US_ASCII), "(user and password)");
        return talk.answer(asked.tag());
    }

    private Answer login(char[] password) {
        String tag = talk.nextTag();
        talk.wire().conceal(new String(password));
        talk.wire().conceal(quoted(new String(password)));
        String command = tag + " LOGIN " + quoted(login.user()) + " " + quoted(new String(password)) + "\r\n";
        talk.wire().sendSecret(command.getBytes(StandardCharsets.US_ASCII), tag + " LOGIN (user and password)");
        return talk.answer(tag);
    }

    /** RFC 9051 section 9: a quoted string has no CR, LF or NUL, and before ENABLE UTF8 ASCII only. */
    private boolean quotable(char[] password) {
        return CharBuffer.wrap(login.user() + new String(password)).chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static ByteBuffer utf8(char[] text) {
        return StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
    }
}
