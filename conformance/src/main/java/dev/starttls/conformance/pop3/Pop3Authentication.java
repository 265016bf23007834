package dev.starttls.conformance.pop3;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.PlainLogin;
import dev.starttls.conformance.target.Login;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Logs in inside TLS with the user's own credentials. Neither the transcript nor a verdict shows the password, even if
 * the server repeats it.
 */
record Pop3Authentication(Pop3ProtocolSession session, Login login) {
    /** Logs in by a method that CAPA announces; empty if that worked, otherwise the obstacle. */
    Optional<Verdict> tried() {
        boolean plain = !session.capabilities().has("USER")
                && session.capabilities().mechanisms().contains("PLAIN");
        ObservedPop3Reply reply = plain ? plain() : named();
        // The server's answer may repeat the password, so the detail does not quote it.
        return reply.good()
                ? Optional.empty()
                : Optional.of(reply.inconclusive("the login as " + login.user() + " failed"));
    }

    private ObservedPop3Reply named() {
        ObservedPop3Reply user = session.say("USER " + login.user());
        return user.good() ? pass() : user;
    }

    /** Sends PASS alone; USER may or may not have been sent before. */
    ObservedPop3Reply pass() {
        char[] password = login.password().get();
        try {
            session.wire().conceal(new String(password));
            // RFC 6856 section 2.1: for characters beyond ASCII, UTF-8 is the most likely encoding.
            send(utf8("PASS " + new String(password) + "\r\n"), "PASS (password)");
            return session.next();
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** Sends APOP with the digest of the timestamp and the password (RFC 1939 section 7). */
    ObservedPop3Reply apop(String timestamp) {
        char[] password = login.password().get();
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(utf8(timestamp + new String(password)));
            String hex = HexFormat.of().formatHex(digest);
            session.wire().conceal(new String(password));
            session.wire().conceal(hex);
            send(utf8("APOP " + login.user() + " " + hex + "\r\n"), "APOP " + login.user() + " (digest)");
            return session.next();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private ObservedPop3Reply plain() {
        ObservedPop3Reply asked = session.say("AUTH PLAIN");
        return asked.asks() ? PlainLogin.send(session.wire(), login, session::next) : asked;
    }

    private void send(byte[] secret, String shownAs) {
        session.wire().sendSecret(secret, shownAs);
        Arrays.fill(secret, (byte) 0);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
