package dev.starttls.conformance.client.server;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The user name and the password of one run of the client, which no other run has: where they are seen, it is known from
 * which run they come.
 */
public record Canary(String user, String password) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

    /** New ones; the user's name begins with the id of the case. */
    public static Canary of(String caseId, String domain) {
        String user = caseId.toLowerCase(Locale.ROOT) + "-" + random(4) + "@" + domain;
        return new Canary(user, random(16));
    }

    private static String random(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    /** The forms of the password in which capitals and small letters differ: base64. */
    List<String> encoded() {
        List<String> forms = new ArrayList<>(List.of(
                base64(user + "\0" + user + "\0" + password), base64("\0" + user + "\0" + password), base64(password)));
        for (int before = 0; before < 3; before++) {
            forms.add(middle(password, before));
            forms.add(middle(utf16(password), before));
        }
        return forms;
    }

    /** The forms of the password that are the same in capitals and in small letters; in these. */
    List<String> caseless() {
        return List.of(password, hexadecimal(password), hexadecimal(utf16(password)));
    }

    /** All forms of the password and of the user's name. */
    List<String> forms() {
        List<String> forms = new ArrayList<>(encoded());
        forms.addAll(caseless());
        forms.addAll(names());
        return forms;
    }

    /** The forms of the user's name. */
    private List<String> names() {
        String local = user.substring(0, user.indexOf('@'));
        return List.of(local, middle(local, 0), middle(local, 1), middle(local, 2));
    }

    /** One character per octet, without the last octet: so that it is the same in both orders, but for where it begins. */
    private static String utf16(String text) {
        return String.join("\0", text.split(""));
    }

    private static String hexadecimal(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The characters of base64 that are the same whatever stands before the text, if that is so many octets, and after it. */
    private static String middle(String text, int before) {
        String encoded = base64("\0".repeat(before) + text);
        int first = (before * 8 + 5) / 6;
        return encoded.substring(first, (before + text.length()) * 8 / 6);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a line has the password in it: in plaintext, in any case, in base64 or in hexadecimal digits. */
    boolean hasPassword(String line) {
        String lower = line.toLowerCase(Locale.ROOT);
        return encoded().stream().anyMatch(line::contains)
                || caseless().stream().anyMatch(lower::contains);
    }

    /** Whether a line has the password or the user's name in it. */
    boolean within(String line) {
        String lower = line.toLowerCase(Locale.ROOT);
        return hasPassword(line) || names().stream().anyMatch(form -> line.contains(form) || lower.contains(form));
    }

    /** The text without the password. */
    String concealed(String text) {
        return Concealment.of(text, any -> Set.of(this));
    }

    /** Does not show the password. */
    @Override
    public String toString() {
        return "Canary[user=" + user + "]";
    }
}
