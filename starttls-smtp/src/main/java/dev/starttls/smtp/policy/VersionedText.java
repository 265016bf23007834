package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import java.util.Arrays;
import java.util.List;

/**
 * The TXT record of a name that begins with a version and a semicolon, of which there must be exactly one (RFC 8461 section 3.1, RFC 8460
 * section 3).
 *
 * @param count how many there are
 * @param text of the record if there is one, its strings joined; else what was expected and what came
 */
record VersionedText(Count count, String text) {

    /** How many there are. */
    enum Count {
        ONE,
        NONE,
        SEVERAL,
        /** There is no answer. */
        UNKNOWN
    }

    static VersionedText of(DnsAnswer answer, String version) {
        if (answer instanceof DnsAnswer.Failed failed) {
            return new VersionedText(
                    Count.UNKNOWN, "Expected an answer, got " + failed.cause() + ": " + failed.detail());
        }
        List<String> records = answer.records(DnsRecord.Txt.class).stream()
                .map(DnsRecord.Txt::text)
                .filter(text -> text.startsWith(version)
                        && stripped(text.substring(version.length())).startsWith(";"))
                .toList();
        if (records.isEmpty()) {
            return new VersionedText(
                    Count.NONE, "Expected a TXT record that begins with " + version + "; and got none");
        }
        return records.size() == 1
                ? new VersionedText(Count.ONE, records.get(0))
                : new VersionedText(
                        Count.SEVERAL,
                        "Expected one TXT record that begins with " + version + "; and got " + records.size()
                                + "; the domain's operator has to remove all but one");
    }

    /** What semicolons separate after the version; the last of them may have nothing after it. */
    List<String> fields() {
        List<String> fields = Arrays.stream(text.split(";", -1))
                .skip(1)
                .map(VersionedText::stripped)
                .toList();
        int last = fields.size() - 1;
        return last > 0 && fields.get(last).isEmpty() ? fields.subList(0, last) : fields;
    }

    /** Without the spaces and tabs at both ends. */
    static String stripped(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && blank(text.charAt(from))) {
            from++;
        }
        while (to > from && blank(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }
}
