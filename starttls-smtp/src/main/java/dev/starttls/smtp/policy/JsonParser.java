package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a text of JSON (RFC 8259), strictly: one value, no name twice in an object (RFC 7493 section 2.3), no half of a surrogate
 * pair (section 2.1). What it makes is bounded by {@value #MAX_DEPTH} levels and {@value #MAX_VALUES} values, and by the text.
 */
final class JsonParser {

    /** A report has six. */
    static final int MAX_DEPTH = 16;

    /** Twelve for each detail of a failure: some 16,000 of them. */
    static final int MAX_VALUES = 200_000;

    /** The largest number of a report has 16 digits. */
    private static final int MAX_NUMBER = 64;

    private final String text;
    private int at;
    private int values;

    private JsonParser(String text) {
        this.text = text;
    }

    static JsonValue parse(String text) throws TlsReportException {
        JsonParser parser = new JsonParser(text);
        parser.skipSpace();
        JsonValue value = parser.value(1);
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.unexpected("the end after the value");
        }
        return value;
    }

    private JsonValue value(int depth) throws TlsReportException {
        values++;
        if (depth > MAX_DEPTH || values > MAX_VALUES) {
            throw unexpected("at most " + MAX_DEPTH + " levels and " + MAX_VALUES + " values");
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new JsonValue.JsonText(quoted());
            case 't' -> literal("true", JsonValue.JsonLiteral.TRUE);
            case 'f' -> literal("false", JsonValue.JsonLiteral.FALSE);
            case 'n' -> literal("null", JsonValue.JsonLiteral.NULL);
            default -> number();
        };
    }

    private JsonValue object(int depth) throws TlsReportException {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (taken('}')) {
            return new JsonValue.JsonObject(members);
        }
        do {
            skipSpace();
            int before = at;
            String name = quoted();
            skipSpace();
            require(':', "':' after a name");
            skipSpace();
            if (members.put(name, value(depth + 1)) != null) {
                at = before;
                throw unexpected("each name once in an object");
            }
            skipSpace();
        } while (taken(','));
        require('}', "',' or '}' after a member");
        return new JsonValue.JsonObject(members);
    }

    private JsonValue array(int depth) throws TlsReportException {
        List<JsonValue> elements = new ArrayList<>();
        at++;
        skipSpace();
        if (taken(']')) {
            return new JsonValue.JsonArray(elements);
        }
        do {
            skipSpace();
            elements.add(value(depth + 1));
            skipSpace();
        } while (taken(','));
        require(']', "',' or ']' after an element");
        return new JsonValue.JsonArray(elements);
    }

    private JsonValue literal(String name, JsonValue value) throws TlsReportException {
        if (!text.startsWith(name, at)) {
            throw unexpected("true, false or null");
        }
        at += name.length();
        return value;
    }

    private JsonValue number() throws TlsReportException {
        int begin = at;
        boolean negative = taken('-');
        int first = at;
        if (digits() == 0) {
            throw unexpected(negative ? "a digit after '-'" : "a value");
        }
        if (text.charAt(first) == '0' && at - first > 1) {
            throw unexpected("no digit after a zero that a number begins with");
        }
        if (taken('.') && digits() == 0) {
            throw unexpected("a digit after '.'");
        }
        if (taken('e') || taken('E')) {
            boolean unusedSign = taken('+') || taken('-');
            if (digits() == 0) {
                throw unexpected("a digit in the exponent");
            }
        }
        if (at - begin > MAX_NUMBER) {
            throw unexpected("a number of at most " + MAX_NUMBER + " characters");
        }
        return new JsonValue.JsonNumber(text.substring(begin, at));
    }

    private int digits() {
        int begin = at;
        while (Ascii.digit(peek())) {
            at++;
        }
        return at - begin;
    }

    private String quoted() throws TlsReportException {
        require('"', "a text in quotes");
        StringBuilder characters = new StringBuilder();
        while (!taken('"')) {
            if (at >= text.length() || peek() < ' ') {
                throw unexpected("'\"' at the end of a text, without control characters in it");
            }
            char c = text.charAt(at++);
            characters.append(c == '\\' ? escaped() : c);
        }
        for (int i = 0; i < characters.length(); i++) {
            char c = characters.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < characters.length()
                    && Character.isLowSurrogate(characters.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw unexpected("both halves of a surrogate pair in the text that ends");
            }
        }
        return characters.toString();
    }

    private char escaped() throws TlsReportException {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> {
                at--;
                throw unexpected("one of \"\\/bfnrtu after '\\'");
            }
        };
    }

    private char unicode() throws TlsReportException {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() >= 0x80) {
                throw unexpected("four hexadecimal digits after '\\u'");
            }
            code = 16 * code + digit;
            at++;
        }
        return (char) code;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean taken(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void require(char c, String expected) throws TlsReportException {
        if (!taken(c)) {
            throw unexpected(expected);
        }
    }

    /** NUL at the end, which no value has. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private TlsReportException unexpected(String expected) {
        String got = at >= text.length()
                ? "the end"
                : "'" + Ascii.printable(text.substring(at, Math.min(at + 20, text.length()))) + "'";
        return new TlsReportException("Expected " + expected + " at character " + at + " of the report, got " + got);
    }
}
