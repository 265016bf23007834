package dev.starttls.conformance.connection;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * What one check sent and received, in order: the evidence for its verdict. Times are in milliseconds since the
 * transcript began. Safe for use by several threads. Its length is limited: after {@value #MAX_ENTRIES} entries only
 * their number is kept.
 */
public final class Transcript {
    private static final int MAX_ENTRIES = 400;
    private static final int MAX_LENGTH = 300;
    /** How much of a long text is looked at: of a text with many secrets, enough remains for what is shown. */
    private static final int MAX_READ = 16 * 1024;

    /** Which side an entry comes from. */
    public enum From {
        CLIENT,
        SERVER,
        /** The suite itself: a remark about what it did or saw. */
        SUITE
    }

    /** Whether it was sent inside TLS. */
    public enum Through {
        PLAINTEXT,
        TLS
    }

    /**
     * One entry.
     *
     * @param ms milliseconds since the transcript was begun
     * @param connection the number of the connection in this check, from 1; 0 for a remark about no connection
     * @param through for a remark of the suite, the state of the connection at that time; a handshake counts as TLS,
     *     whatever its result
     * @param text printable; control characters written as {@code \r \n \x00}, long texts are cut and their length is
     *     given
     */
    public record Entry(long ms, int connection, From from, Through through, String text) {
        /** One line as a person reads it: {@code 12 ms #1 T> EHLO example}. */
        @Override
        public String toString() {
            String arrow = from == From.SUITE ? "--" : (through == Through.TLS ? "TLS" : "T") + arrowOf();
            return String.format("%5d ms #%d %-4s %s", ms, connection, arrow, text);
        }

        private String arrowOf() {
            return from == From.CLIENT ? ">" : "<";
        }
    }

    private final long begun = System.nanoTime();
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> secrets = new ArrayList<>();
    private final List<UnaryOperator<String>> concealments = new ArrayList<>();
    private int longest;
    private int dropped;

    /**
     * An entry.
     *
     * @param text what was sent, one character per octet, or a remark; it is made printable and cut here, after what is to
     *     be concealed
     */
    public void add(int connection, From from, Through through, String text) {
        add(connection, from, through, text, "");
    }

    /**
     * An entry of which more is to be said.
     *
     * @param remark follows the text, whose length does not matter for it
     */
    public void add(int connection, From from, Through through, String text, String remark) {
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        synchronized (entries) {
            if (entries.size() < MAX_ENTRIES) {
                entries.add(new Entry(ms, connection, from, through, shown(text) + remark));
            } else {
                dropped++;
            }
        }
    }

    /** From now on this text is not shown, whichever side sends it. */
    public void conceal(String secret) {
        synchronized (entries) {
            if (!secret.isEmpty()) {
                secrets.add(escaped(secret));
                longest = Math.max(longest, escaped(secret).length());
            }
        }
    }

    /**
     * From now on what this takes out of a text is not shown.
     *
     * @param concealment gives a text without it
     * @param length of the longest text that it takes out
     */
    public void conceal(UnaryOperator<String> concealment, int length) {
        synchronized (entries) {
            concealments.add(concealment);
            longest = Math.max(longest, length);
        }
    }

    /** A text with what is not to be shown concealed, for a sentence about it. */
    public String concealed(String text) {
        synchronized (entries) {
            return withoutSecrets(text);
        }
    }

    /** A text as an entry has it: printable, with what is not to be shown concealed, and cut after that. */
    public String shown(String text) {
        synchronized (entries) {
            boolean whole = text.length() <= MAX_READ;
            String clear = withoutSecrets(escaped(whole ? text : text.substring(0, MAX_READ)));
            if (whole) {
                return cut(clear, text.length());
            }
            // Its end may be the beginning of a secret.
            return cut(clear.substring(0, Math.max(0, clear.length() - longest)), MAX_LENGTH / 2, text.length());
        }
    }

    private String withoutSecrets(String text) {
        String shown = text;
        for (String secret : secrets) {
            shown = shown.replace(secret, "(concealed)");
        }
        for (UnaryOperator<String> concealment : concealments) {
            shown = concealment.apply(shown);
        }
        return shown;
    }

    /** Adds entries of another transcript, with their times there: evidence that another check has gathered. */
    public void repeat(List<Entry> others) {
        synchronized (entries) {
            int free = Math.min(others.size(), MAX_ENTRIES - entries.size());
            entries.addAll(others.subList(0, free));
            dropped += others.size() - free;
        }
    }

    /** A remark of the suite. */
    public void note(int connection, String text) {
        add(connection, From.SUITE, Through.PLAINTEXT, text);
    }

    public List<Entry> entries() {
        synchronized (entries) {
            List<Entry> all = new ArrayList<>(entries);
            if (dropped > 0) {
                all.add(new Entry(
                        entries.get(MAX_ENTRIES - 1).ms(), 0, From.SUITE, Through.PLAINTEXT, dropped + " more"));
            }
            return List.copyOf(all);
        }
    }

    /** Bytes as printable text: ASCII as it is, {@code \r}, {@code \n}, {@code \t}, and {@code \x..} for the rest. */
    public static String printable(byte[] bytes) {
        return printable(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** Text of one byte per character as printable text. */
    public static String printable(String text) {
        return cut(escaped(text.substring(0, Math.min(text.length(), MAX_LENGTH + 1))), text.length());
    }

    private static String escaped(String text) {
        StringBuilder shown = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> shown.append("\\r");
                case '\n' -> shown.append("\\n");
                case '\t' -> shown.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        shown.append(c);
                    } else {
                        shown.append(String.format("\\x%02x", (int) c));
                    }
                }
            }
        }
        return shown.toString();
    }

    private static String cut(String text, int length) {
        return text.length() <= MAX_LENGTH ? text : cut(text, MAX_LENGTH / 2, length);
    }

    private static String cut(String text, int end, int length) {
        return text.substring(0, Math.min(end, text.length())) + "... (" + length + " octets in all)";
    }
}
