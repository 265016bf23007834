package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.AnnouncedCapabilities;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server announced in its reply to EHLO (RFC 5321 section 4.1.1.1). Immutable.
 *
 * <pre>{@code
 * if (capabilities.has("SIZE")) {
 *     String maxOctets = capabilities.parameters("SIZE").get(0);
 * }
 * }</pre>
 */
public final class SmtpCapabilities extends AnnouncedCapabilities {

    private static final SmtpCapabilities NONE = new SmtpCapabilities("", List.of());

    private final String domain;

    private SmtpCapabilities(String domain, List<String> announced) {
        super(announced);
        this.domain = domain;
    }

    /**
     * Nothing announced.
     *
     * @return the empty capabilities, without a domain
     */
    public static SmtpCapabilities none() {
        return NONE;
    }

    /**
     * What a reply announces: the domain on its first line, a keyword with parameters on each other line.
     *
     * @param reply to EHLO, or to HELO, which announces nothing but the domain
     * @return the capabilities; none but the domain's if the reply is not 250
     */
    public static SmtpCapabilities of(SmtpReply reply) {
        if (reply.code() != 250) {
            return NONE;
        }
        List<String> lines = new ArrayList<>(reply.text());
        String domain = firstWord(lines.remove(0));
        return new SmtpCapabilities(domain, lines);
    }

    /**
     * The name that the server gave itself.
     *
     * @return empty if nothing was announced
     */
    public String domain() {
        return domain;
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other) && domain.equals(((SmtpCapabilities) other).domain);
    }

    @Override
    public int hashCode() {
        return 31 * domain.hashCode() + super.hashCode();
    }

    @Override
    public String toString() {
        return Ascii.printable(domain + " " + announced());
    }

    @Override
    protected boolean announces(String line, String keyword) {
        int begin = begin(line, 0);
        return Ascii.at(line, begin, keyword) && end(line, begin) == begin + keyword.length() && keyword(keyword);
    }

    @Override
    protected String nameOf(String line) {
        String word = firstWord(line);
        return keyword(word) ? word : "";
    }

    @Override
    protected List<String> parametersOf(String line) {
        List<String> words = new ArrayList<>();
        int begin = begin(line, end(line, begin(line, 0)));
        while (begin < line.length()) {
            int end = end(line, begin);
            words.add(line.substring(begin, end));
            begin = begin(line, end);
        }
        return words;
    }

    private static String firstWord(String line) {
        int begin = begin(line, 0);
        return line.substring(begin, end(line, begin));
    }

    /** Where the next word begins; the end of the line if there is none. */
    private static int begin(String line, int from) {
        int at = from;
        while (at < line.length() && blank(line.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Where the word ends that begins there. */
    private static int end(String line, int begin) {
        int at = begin;
        while (at < line.length() && !blank(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    /** RFC 5321 section 4.1.1.1: ehlo-keyword. */
    private static boolean keyword(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (!Ascii.letterOrDigit(c) && c != '-') {
                return false;
            }
        }
        return !word.isEmpty() && word.charAt(0) != '-';
    }
}
