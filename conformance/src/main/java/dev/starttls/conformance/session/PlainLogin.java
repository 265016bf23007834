package dev.starttls.conformance.session;

import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.target.Login;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;

/**
 * The SASL mechanism PLAIN with the user's own credentials, once the server has asked for them. Neither the transcript
 * nor a verdict shows the password, even if the server repeats it.
 */
public final class PlainLogin {
    private PlainLogin() {}

    /**
     * Sends the credentials and reads the answer.
     *
     * <p>RFC 4616 section 2: no authorization identity, NUL, the user, NUL, the password.
     */
    public static <R extends Response> R send(Conversation wire, Login login, Supplier<R> answer) {
        char[] password = login.password().get();
        try {
            ByteBuffer secret = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
            byte[] user = login.user().getBytes(StandardCharsets.UTF_8);
            byte[] message = ByteBuffer.allocate(user.length + secret.remaining() + 2)
                    .put((byte) 0)
                    .put(user)
                    .put((byte) 0)
                    .put(secret)
                    .array();
            String encoded = Base64.getEncoder().encodeToString(message);
            wire.conceal(new String(password));
            wire.conceal(encoded);
            wire.sendSecret((encoded + "\r\n").getBytes(StandardCharsets.US_ASCII), "(user and password)");
            return answer.get();
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
