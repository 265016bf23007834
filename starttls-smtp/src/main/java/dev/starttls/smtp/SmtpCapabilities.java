package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server announced in its reply to EHLO (RFC 5321 section 4.1.1.1). Immutable.
 *
 * <pre>{@code
 * if (capabilities.has("SIZE")) {
 *     String most = capabilities.parameters("SIZE").get(0);
 * }
 * }</pre>
 */
public final class SmtpCapabilities {

    private static final SmtpCapabilities NONE = new SmtpCapabilities("", List.of());

    private final String domain;
    /** As they were sent, and parted only when asked: most of them nobody asks for. */
    private final List<String> announced;

    private SmtpCapabilities(String domain, List<String> announced) {
        this.domain = domain;
        this.announced = List.copyOf(announced);
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
     * Whether a keyword was announced.
     *
     * @param keyword in upper or lower case, for instance "STARTTLS"
     * @return true if it was
     */
    public boolean has(String keyword) {
        for (String line : announced) {
            if (announces(line, keyword)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The parameters of a keyword, as they were sent. Those of a keyword that was announced more than once come in their
     * order.
     *
     * @param keyword in upper or lower case, for instance "SIZE"
     * @return empty if it has none or was not announced
     */
    public List<String> parameters(String keyword) {
        List<String> parameters = new ArrayList<>();
        for (String line : announced) {
            if (announces(line, keyword)) {
                List<String> words = words(line);
                parameters.addAll(words.subList(1, words.size()));
            }
        }
        return List.copyOf(parameters);
    }

    /**
     * The keywords.
     *
     * @return in upper case and in their order; without lines that begin with no keyword, as the "AUTH=LOGIN" of old
     */
    public Set<String> keywords() {
        Set<String> keywords = new LinkedHashSet<>();
        for (String line : announced) {
            String word = firstWord(line);
            if (keyword(word)) {
                keywords.add(Ascii.upper(word));
            }
        }
        return Collections.unmodifiableSet(keywords);
    }

    /**
     * The lines, as they were sent.
     *
     * @return without codes and without the first line
     */
    public List<String> announced() {
        return announced;
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
        return other instanceof SmtpCapabilities that && domain.equals(that.domain) && announced.equals(that.announced);
    }

    @Override
    public int hashCode() {
        return 31 * domain.hashCode() + announced.hashCode();
    }

    /** For people: without control characters. */
    @Override
    public String toString() {
        return Ascii.printable(domain + " " + announced);
    }

    private static boolean announces(String line, String keyword) {
        int begin = begin(line, 0);
        return Ascii.at(line, begin, keyword) && end(line, begin) == begin + keyword.length() && keyword(keyword);
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        int begin = begin(line, 0);
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
