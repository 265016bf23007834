package dev.starttls.imap;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads arguments that are each an {@code astring} of RFC 9051 section 9. */
final class ImapStrings {

    private final String text;
    private int at;

    private ImapStrings(String text) {
        this.text = text;
    }

    static Optional<List<String>> parse(String text) {
        List<String> found = new ArrayList<>();
        ImapStrings reader = new ImapStrings(text);
        while (reader.at < text.length()) {
            Optional<String> next = reader.next();
            if (next.isEmpty()) {
                return Optional.empty();
            }
            found.add(next.get());
            // A space promises another argument.
            if (reader.at < text.length() && (text.charAt(reader.at++) != ' ' || reader.at == text.length())) {
                return Optional.empty();
            }
        }
        return Optional.of(List.copyOf(found));
    }

    private Optional<String> next() {
        return switch (text.charAt(at)) {
            case '"' -> quoted();
            case '{' -> literal();
            default -> atom();
        };
    }

    private Optional<String> quoted() {
        StringBuilder inside = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c == '\r' || c == '\n') {
                return Optional.empty();
            }
            if (c == '\\') {
                if (at == text.length() || (text.charAt(at) != '"' && text.charAt(at) != '\\')) {
                    return Optional.empty();
                }
                c = text.charAt(at++);
            }
            inside.append(c);
        }
        if (at == text.length()) {
            return Optional.empty();
        }
        at++;
        return Optional.of(inside.toString());
    }

    private Optional<String> literal() {
        int end = text.indexOf("\r\n", at);
        Optional<ImapLiteral> announced = end < 0 ? Optional.empty() : ImapLiteral.atEndOf(text.substring(at, end));
        if (announced.isEmpty() || announced.get().octets() > text.length() - end - 2) {
            return Optional.empty();
        }
        int from = end + 2;
        at = from + (int) announced.get().octets();
        return Optional.of(text.substring(from, at));
    }

    /** ASTRING-CHAR: that of an atom, and the closing bracket. */
    private Optional<String> atom() {
        int end = text.indexOf(' ', at);
        String word = text.substring(at, end < 0 ? text.length() : end);
        at += word.length();
        return ImapSyntax.atom(word.replace(']', 'x')) ? Optional.of(word) : Optional.empty();
    }
}
