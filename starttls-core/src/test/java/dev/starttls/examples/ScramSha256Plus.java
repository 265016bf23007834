package dev.starttls.examples;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A client's side of SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677): the password is proved, not sent, together with what binds the
 * proof to this TLS session. A server inside another session, reached by someone in the middle, refuses it.
 *
 * <p>For user names and passwords of ASCII alone, which need no preparation (RFC 5802 section 2.2).
 */
public final class ScramSha256Plus {

    /** Passwords are iterated 4,096 times or more (RFC 7677 section 4); a server that asks for millions keeps the client busy. */
    private static final int MAX_ITERATIONS = 1_000_000;

    private final String user;
    private final String password;
    private final String header;
    private final byte[] binding;
    private final String nonce;
    private String exchange = "";
    private byte[] serverSignature = {};

    /**
     * An exchange that has not begun.
     *
     * @param user without "," and "="; some protocols have it elsewhere, and an empty one here
     * @param password of ASCII
     * @param type the registered name of the channel binding
     * @param binding its octets
     * @param nonce random, printable, without a comma
     */
    public ScramSha256Plus(String user, String password, String type, byte[] binding, String nonce) {
        this.user = user;
        this.password = password;
        this.header = "p=" + type + ",,";
        this.binding = binding.clone();
        this.nonce = nonce;
    }

    /** The client-first-message (RFC 5802 section 7). */
    public String first() {
        exchange = "n=" + user + ",r=" + nonce;
        return header + exchange;
    }

    /** The client-final-message for the server-first-message. */
    public String last(String challenge) throws GeneralSecurityException {
        Map<Character, String> attributes = attributes(challenge);
        String both = required(attributes, 'r');
        int iterations = Integer.parseInt(required(attributes, 'i'));
        if (!both.startsWith(nonce) || both.length() == nonce.length()) {
            throw new GeneralSecurityException("Expected the client's nonce and more of the server's own");
        }
        if (iterations < 4_096 || iterations > MAX_ITERATIONS) {
            throw new GeneralSecurityException("Expected 4096 to " + MAX_ITERATIONS + " iterations, got " + iterations);
        }
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(
                        password.toCharArray(), Base64.getDecoder().decode(required(attributes, 's')), iterations, 256))
                .getEncoded();
        byte[] clientKey = hmac(salted, "Client Key");
        String withoutProof =
                "c=" + base64(concatenated(header.getBytes(StandardCharsets.US_ASCII), binding)) + ",r=" + both;
        String signed = exchange + "," + challenge + "," + withoutProof;
        byte[] proof = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), signed);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        serverSignature = hmac(hmac(salted, "Server Key"), signed);
        return withoutProof + ",p=" + base64(proof);
    }

    /** Whether the server knows the password too, by its server-final-message. */
    public boolean verified(String outcome) throws GeneralSecurityException {
        return MessageDigest.isEqual(serverSignature, Base64.getDecoder().decode(required(attributes(outcome), 'v')));
    }

    private static Map<Character, String> attributes(String message) {
        Map<Character, String> attributes = new HashMap<>();
        for (String attribute : message.split(",", -1)) {
            if (attribute.length() >= 2 && attribute.charAt(1) == '=') {
                attributes.put(attribute.charAt(0), attribute.substring(2));
            }
        }
        return attributes;
    }

    private static String required(Map<Character, String> attributes, char name) throws GeneralSecurityException {
        String value = attributes.get(name);
        if (value == null) {
            throw new GeneralSecurityException("Expected the attribute " + name + " of SCRAM, got none");
        }
        return value;
    }

    private static byte[] hmac(byte[] key, String message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] concatenated(byte[] one, byte[] other) {
        byte[] both = new byte[one.length + other.length];
        System.arraycopy(one, 0, both, 0, one.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
