package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final List<String> announced;
    private final Map<String, List<String>> byKeyword;

    private SmtpCapabilities(String domain, List<String> announced) {
        this.domain = domain;
        this.announced = List.copyOf(announced);
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (String line : announced) {
            List<String> words = words(line);
            if (!words.isEmpty() && keyword(words.get(0))) {
                found.computeIfAbsent(Ascii.upper(words.get(0)), keyword -> new ArrayList<>())
                        .addAll(words.subList(1, words.size()));
            }
        }
        found.replaceAll((keyword, parameters) -> List.copyOf(parameters));
        byKeyword = Collections.unmodifiableMap(found);
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
        List<String> words = words(reply.text().get(0));
        return new SmtpCapabilities(
                words.isEmpty() ? "" : words.get(0),
                reply.text().subList(1, reply.text().size()));
    }

    /**
     * Whether a keyword was announced.
     *
     * @param keyword in upper or lower case, for instance "STARTTLS"
     * @return true if it was
     */
    public boolean has(String keyword) {
        return byKeyword.containsKey(Ascii.upper(keyword));
    }

    /**
     * The parameters of a keyword, as they were sent. Those of a keyword that was announced more than once come in their
     * order.
     *
     * @param keyword in upper or lower case, for instance "SIZE"
     * @return empty if it has none or was not announced
     */
    public List<String> parameters(String keyword) {
        return byKeyword.getOrDefault(Ascii.upper(keyword), List.of());
    }

    /**
     * The keywords.
     *
     * @return in upper case and in their order; without lines that begin with no keyword, as the "AUTH=LOGIN" of old
     */
    public Set<String> keywords() {
        return byKeyword.keySet();
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

    @Override
    public String toString() {
        return domain + " " + announced;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= line.length(); i++) {
            if (i == line.length() || line.charAt(i) == ' ' || line.charAt(i) == '\t') {
                if (i > from) {
                    words.add(line.substring(from, i));
                }
                from = i + 1;
            }
        }
        return words;
    }

    private static boolean keyword(String word) {
        return Ascii.letterOrDigit(word.charAt(0))
                && word.chars().allMatch(c -> Ascii.letterOrDigit((char) c) || c == '-');
    }
}
