package dev.starttls.core;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/clauses.md: for each clause of an RFC, the classes whose source names it. It is made of the sources; a test compares, so that
 * a clause that the table has is somewhere in the code, and what the code says of a clause is in the table.
 */
class ClausesTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> LIBRARIES =
            List.of("starttls-core", "starttls-smtp", "starttls-imap", "starttls-pop3");
    private static final List<String> MODULES =
            Stream.concat(LIBRARIES.stream(), Stream.of("conformance")).toList();

    /**
     * {@code RFC 3207 section 4.2}, {@code RFC 8446 sections 4.2.7 and 4.2.8}, {@code sections 7.1.1 to 7.1.3}, {@code RFC 5246
     * appendix E}; without the RFC it is of the one that the same comment has named last.
     */
    private static final Pattern CLAUSE = Pattern.compile("(?:RFC (\\d+)|(?<!\\w)),? ?(?:section|appendix|sections) "
            + "((?:[A-Z](?=\\W)|\\d[\\d.]*\\d|\\d)"
            + "(?:(?:, | and |, and | to )(?:\\d+\\.[\\d.]*\\d|\\d+(?! (?!and )\\w)))*)|RFC (\\d+)");

    private static final Pattern SECTION = Pattern.compile("([A-Z]|\\d[\\d.]*\\d|\\d)(?: to ((?:\\d+\\.)*)(\\d+))?");
    /** A comment, or what stands between two. */
    private static final Pattern PASSAGE =
            Pattern.compile("(?s)/\\*.*?\\*/|(?:[ \\t]*//[^\\n]*\\n?)+|.+?(?=/\\*|//|\\z)");

    /** What each RFC is about; one that is not here fails the test. */
    private static final Map<Integer, String> TITLES = titles();

    @Test
    void the_table_is_what_the_sources_say() throws IOException {
        String now = table(clauses());
        Path written = Files.writeString(Path.of("target", "clauses.md"), now);
        assertThat(Files.readAllLines(ROOT.resolve("docs/clauses.md")))
                .as("docs/clauses.md is made of the sources: cp starttls-core/%s docs/clauses.md", written)
                .containsExactlyElementsOf(now.lines().toList());
    }

    @Test
    void several_sections_of_one_rfc_and_clauses_over_the_end_of_a_line_are_found() {
        assertThat(clausesIn(
                        "/** By RFC 8446 sections 4.2.7 and 4.2.8; RFC 3207\n     * section 4.2, and two more. */"))
                .containsExactly("RFC 8446 4.2.7", "RFC 8446 4.2.8", "RFC 3207 4.2");
        assertThat(clausesIn("// RFC 5246 appendix E.\n// RFC 1939 section\n    // 4 and others"))
                .containsExactly("RFC 5246 E", "RFC 1939 4");
        assertThat(
                        clausesIn(
                                "/** RFC 9051 sections 7.1.1 to 7.1.3 (section 2.2.2), appendix B. */ section(4); // Section 5\n"))
                .containsExactly("RFC 9051 7.1.1", "RFC 9051 7.1.2", "RFC 9051 7.1.3", "RFC 9051 2.2.2", "RFC 9051 B");
        assertThatThrownBy(() -> clausesIn("/** RFC 1939. */ int x; /** As section 4 has it. */"))
                .hasMessageContaining("As section 4 has it");
        assertThat(clausesIn("\"RFC 9051 section 6.2.1\" +\n \"RFC 8314\"")).containsExactly("RFC 9051 6.2.1");
    }

    private static SortedMap<Integer, SortedMap<String, SortedMap<String, Set<String>>>> clauses() throws IOException {
        var clauses = new TreeMap<Integer, SortedMap<String, SortedMap<String, Set<String>>>>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    for (String clause : clausesIn(Files.readString(file))) {
                        String[] words = clause.split(" ", -1);
                        clauses.computeIfAbsent(Integer.parseInt(words[1]), rfc -> new TreeMap<>(BY_NUMBERS))
                                .computeIfAbsent(
                                        words[2], section -> new TreeMap<>(Comparator.comparing(MODULES::indexOf)))
                                .computeIfAbsent(module, in -> new TreeSet<String>())
                                .add(name);
                    }
                }
            }
        }
        return clauses;
    }

    /** In their order, each as {@code RFC number section}. */
    private static List<String> clausesIn(String source) {
        List<String> clauses = new ArrayList<>();
        for (Matcher passage = PASSAGE.matcher(source); passage.find(); ) {
            String text = passage.group().replaceAll("\\s*\\n\\s*(?:\\*|//)?\\s*", " ");
            boolean comment = text.strip().startsWith("/");
            Optional<String> rfc = Optional.empty();
            for (Matcher found = CLAUSE.matcher(text); found.find(); ) {
                if (found.group(3) != null) {
                    rfc = Optional.of(found.group(3));
                    continue;
                }
                if (found.group(1) != null) {
                    rfc = Optional.of(found.group(1));
                } else if (!comment) {
                    continue;
                }
                String of = rfc.orElseThrow(
                        () -> new AssertionError("Expected the comment to name the RFC of a section, got: " + text));
                SECTION.matcher(found.group(2))
                        .results()
                        .flatMap(ClausesTest::sections)
                        .forEach(section -> clauses.add("RFC " + of + " " + section));
            }
        }
        return clauses;
    }

    /** One, or those from one to another that differ in the last number. */
    private static Stream<String> sections(MatchResult found) {
        String first = found.group(1);
        if (found.group(3) == null) {
            return Stream.of(first);
        }
        String parent = found.group(2);
        assertThat(first).as("where %s begins", found.group()).startsWith(parent);
        return IntStream.rangeClosed(
                        Integer.parseInt(first.substring(parent.length())), Integer.parseInt(found.group(3)))
                .mapToObj(number -> parent + number);
    }

    private static String table(SortedMap<Integer, SortedMap<String, SortedMap<String, Set<String>>>> clauses) {
        var text = new StringBuilder(
                """
                # Where the code for a clause is

                Generated from the citations in the sources ("RFC 3207 section 4.2"), and compared with them by a test. The classes of the
                libraries obey the clause, or rely on it; those of the conformance suite check it, or cite it.
                """);
        clauses.forEach((rfc, sections) -> {
            assertThat(TITLES)
                    .as("RFC %d, which is cited, has a title in this test", rfc)
                    .containsKey(rfc);
            text.append("\n## RFC %d: %s\n\n| section | libraries | conformance suite |\n|---|---|---|\n"
                    .formatted(rfc, TITLES.get(rfc)));
            sections.forEach((section, modules) -> text.append("| %s | %s | %s |\n"
                    .formatted(section, names(modules, LIBRARIES), names(modules, List.of("conformance")))));
        });
        return text.toString();
    }

    private static String names(SortedMap<String, Set<String>> modules, List<String> of) {
        return of.stream()
                .flatMap(module -> modules.getOrDefault(module, Set.of()).stream())
                .distinct()
                .map(name -> "`" + name + "`")
                .collect(joining(", "));
    }

    private static final Comparator<String> BY_NUMBERS = (left, right) -> {
        int[] first = numbers(left);
        int[] second = numbers(right);
        int order = Arrays.compare(first, second);
        return order != 0 ? order : left.compareTo(right);
    };

    /** An appendix, which is a letter, comes last. */
    private static int[] numbers(String section) {
        return Arrays.stream(section.split("\\.", -1))
                .mapToInt(part -> Character.isDigit(part.charAt(0)) ? Integer.parseInt(part) : 1_000 + part.charAt(0))
                .toArray();
    }

    private static Map<Integer, String> titles() {
        var titles = new TreeMap<Integer, String>();
        titles.put(959, "FTP");
        titles.put(1035, "domain names");
        titles.put(1421, "encrypted PEM blocks");
        titles.put(1870, "SIZE of SMTP");
        titles.put(1918, "private addresses of IPv4");
        titles.put(1939, "POP3");
        titles.put(2034, "enhanced status codes in SMTP");
        titles.put(2409, "groups of IKE");
        titles.put(2449, "capabilities of POP3");
        titles.put(2525, "known problems of TCP implementations");
        titles.put(1734, "POP3 AUTHentication command");
        titles.put(2181, "the specification of the DNS made clear");
        titles.put(2177, "IMAP4 IDLE");
        titles.put(2193, "IMAP4 mailbox referrals");
        titles.put(2221, "IMAP4 login referrals");
        titles.put(2246, "The TLS Protocol Version 1.0");
        titles.put(3461, "SMTP delivery status notifications");
        titles.put(3501, "IMAP4rev1");
        titles.put(4193, "private addresses of IPv6");
        titles.put(4346, "The TLS Protocol Version 1.1");
        titles.put(4492, "Elliptic curves for TLS, first version");
        titles.put(4632, "blocks of addresses");
        titles.put(4959, "IMAP SASL-IR");
        titles.put(4978, "IMAP COMPRESS");
        titles.put(5612, "Enterprise number for documentation");
        titles.put(5869, "HKDF");
        titles.put(6186, "SRV records for email");
        titles.put(6531, "SMTP internationalized email");
        titles.put(6598, "shared addresses of IPv4");
        titles.put(7568, "Deprecating SSL 3.0");
        titles.put(8461, "MTA-STS");
        titles.put(2782, "SRV records");
        titles.put(3596, "AAAA records");
        titles.put(4034, "DNSSEC, its records");
        titles.put(4035, "DNSSEC, what resolvers do");
        titles.put(4592, "DNS wildcards");
        titles.put(6605, "ECDSA for DNSSEC");
        titles.put(6840, "DNSSEC, clarifications");
        titles.put(7766, "DNS over TCP");
        titles.put(8482, "DNS queries of type ANY");
        titles.put(6698, "TLSA records");
        titles.put(7208, "SPF");
        titles.put(7218, "names of TLSA's numbers");
        titles.put(7505, "no mail for a domain");
        titles.put(7671, "DANE in operation");
        titles.put(7672, "DANE for SMTP");
        titles.put(7673, "DANE with SRV records");
        titles.put(8659, "CAA records");
        titles.put(4033, "DNSSEC");
        titles.put(6672, "DNAME");
        titles.put(822, "messages");
        titles.put(863, "RFC 863");
        titles.put(896, "RFC 896");
        titles.put(2554, "SMTP AUTH, first version");
        titles.put(3490, "RFC 3490");
        titles.put(5116, "AEAD");
        titles.put(5469, "DES and IDEA suites");
        titles.put(5639, "Brainpool curves");
        titles.put(5891, "RFC 5891");
        titles.put(5958, "RFC 5958");
        titles.put(6152, "8BITMIME");
        titles.put(6177, "IPv6 networks of sites");
        titles.put(6176, "Prohibiting SSL 2.0");
        titles.put(6785, "IMAP Sieve");
        titles.put(6855, "IMAP UTF-8");
        titles.put(7292, "RFC 7292");
        titles.put(7435, "opportunistic security");
        titles.put(7685, "ClientHello padding");
        titles.put(8018, "RFC 8018");
        titles.put(2595, "TLS with IMAP and POP3");
        titles.put(2920, "pipelining in SMTP");
        titles.put(3030, "BDAT of SMTP");
        titles.put(3056, "6to4");
        titles.put(3206, "response codes of POP3");
        titles.put(3207, "STARTTLS of SMTP");
        titles.put(3463, "enhanced status codes");
        titles.put(3526, "groups for Diffie-Hellman");
        titles.put(3696, "names, and how they are checked");
        titles.put(4007, "zones of IPv6 addresses");
        titles.put(4291, "IPv6 addresses");
        titles.put(4422, "SASL");
        titles.put(4616, "SASL PLAIN");
        titles.put(4732, "denial of service");
        titles.put(4954, "AUTH of SMTP");
        titles.put(5034, "AUTH of POP3");
        titles.put(5077, "session tickets of TLS 1.2");
        titles.put(5246, "TLS 1.2");
        titles.put(5280, "certificates");
        titles.put(5288, "AES-GCM in TLS");
        titles.put(5321, "SMTP");
        titles.put(5530, "response codes of IMAP");
        titles.put(5746, "secure renegotiation");
        titles.put(5894, "internationalized names");
        titles.put(5915, "EC private keys");
        titles.put(6052, "IPv4 addresses inside IPv6 addresses");
        titles.put(6066, "extensions of TLS");
        titles.put(6101, "SSL 3.0");
        titles.put(6125, "names in certificates, until RFC 9525");
        titles.put(6298, "timers of TCP");
        titles.put(6409, "submission of mail");
        titles.put(6540, "IPv6 support required");
        titles.put(6890, "special-purpose addresses");
        titles.put(8914, "extended DNS errors");
        titles.put(6520, "heartbeat of TLS");
        titles.put(6856, "UTF-8 in POP3");
        titles.put(6943, "comparing identifiers");
        titles.put(6960, "OCSP");
        titles.put(7162, "long lines of IMAP");
        titles.put(7301, "ALPN");
        titles.put(7465, "no RC4");
        titles.put(7468, "PEM");
        titles.put(7469, "pins of public keys");
        titles.put(7507, "fallback of TLS versions");
        titles.put(7627, "extended master secret");
        titles.put(7628, "OAuth in SASL");
        titles.put(7633, "must-staple");
        titles.put(7748, "X25519 and X448");
        titles.put(7817, "names in certificates of mail servers");
        titles.put(7888, "literals of IMAP");
        titles.put(7919, "finite-field groups of TLS");
        titles.put(8017, "RSA");
        titles.put(8305, "addresses that are raced (Happy Eyeballs)");
        titles.put(8314, "TLS from the first octet");
        titles.put(8422, "elliptic curves in TLS 1.2");
        titles.put(8446, "TLS 1.3");
        titles.put(8460, "TLS reports");
        titles.put(8689, "REQUIRETLS");
        titles.put(1952, "gzip");
        titles.put(2045, "MIME");
        titles.put(5322, "messages, their form");
        titles.put(6068, "mailto");
        titles.put(7493, "I-JSON");
        titles.put(8259, "JSON");
        titles.put(3986, "URIs");
        titles.put(8701, "GREASE");
        titles.put(8996, "TLS 1.0 and 1.1 are forbidden");
        titles.put(9051, "IMAP");
        titles.put(9155, "MD5 and SHA-1 in TLS 1.2 are forbidden");
        titles.put(5705, "keying material exporters of TLS");
        titles.put(5758, "DSA and ECDSA with SHA-2");
        titles.put(5802, "SCRAM");
        titles.put(5929, "channel bindings of TLS");
        titles.put(9266, "channel bindings of TLS 1.3");
        titles.put(9293, "TCP");
        titles.put(9325, "how TLS should be used");
        titles.put(9525, "names in certificates");
        return Map.copyOf(titles);
    }
}
