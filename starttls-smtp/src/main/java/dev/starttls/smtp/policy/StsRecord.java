package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import java.util.Objects;
import java.util.Optional;

/**
 * The TXT record at {@code _mta-sts.DOMAIN}, which says that the domain has an MTA-STS policy, and by its id when that has changed (RFC
 * 8461 section 3.1).
 *
 * <pre>{@code
 * StsRecord.Lookup found = StsRecord.of(resolver.ask(StsRecord.nameFor("example.org"), DnsType.TXT));
 * }</pre>
 *
 * @param id 1 to {@value #MAX_ID} letters and digits of ASCII
 */
public record StsRecord(String id) {

    /** The maximum length of an id. */
    public static final int MAX_ID = 32;

    private static final String VERSION = "v=STSv1";
    private static final int MAX_NAME = 32;

    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is not one
     */
    public StsRecord {
        Objects.requireNonNull(id, "id: expected 1 to 32 letters and digits, got null");
        if (!validId(id)) {
            throw new IllegalArgumentException(
                    "id: expected 1 to 32 letters and digits, got \"" + DomainName.shown(id) + "\"");
        }
    }

    /** What a look-up of the record has found. */
    public sealed interface Lookup {

        /**
         * There is one.
         *
         * @param record that says which policy is there
         */
        record Published(StsRecord record) implements Lookup {}

        /**
         * There is none that counts, and so no policy to fetch; one that was fetched before is still valid (RFC 8461 section 3.1).
         *
         * @param reason to switch over
         * @param detail what was expected and what came
         */
        record NoRecord(Reason reason, String detail) implements Lookup {}
    }

    /** Why there is no record. */
    public enum Reason {
        /** No TXT record begins with the version. */
        ABSENT,
        /** More than one does. */
        SEVERAL,
        /** The one that does is malformed. */
        MALFORMED,
        /** There is no answer: nothing is known. */
        LOOKUP_FAILED
    }

    /**
     * Where the record of a domain is.
     *
     * @param domain that mail is for
     * @return the name to ask for TXT
     */
    public static String nameFor(String domain) {
        return "_mta-sts." + domain;
    }

    /**
     * Reads the record among all TXT records of the name. Those that do not begin with the version and a semicolon are not looked at;
     * unknown fields are ignored, and of a repeated one all but the first.
     *
     * @param answer to a question for TXT; the strings of one record are joined without a space
     * @return the record, or why there is none
     */
    public static Lookup of(DnsAnswer answer) {
        VersionedText found = VersionedText.of(answer, VERSION);
        return switch (found.count()) {
            case ONE -> read(found);
            case NONE -> new Lookup.NoRecord(Reason.ABSENT, found.text());
            case SEVERAL -> new Lookup.NoRecord(Reason.SEVERAL, found.text());
            case UNKNOWN -> new Lookup.NoRecord(Reason.LOOKUP_FAILED, found.text());
        };
    }

    private static Lookup read(VersionedText record) {
        Optional<String> id = Optional.empty();
        for (String field : record.fields()) {
            int equals = field.indexOf('=');
            if (equals < 0 || !validName(field.substring(0, equals))) {
                return malformed("a field such as id=20301231, got \"" + DomainName.shown(field) + "\"");
            }
            String value = field.substring(equals + 1);
            if (!validValue(value)) {
                return malformed("a value without spaces, got \"" + DomainName.shown(field) + "\"");
            }
            if (id.isEmpty() && field.startsWith("id=")) {
                if (!validId(value)) {
                    return malformed("an id of 1 to 32 letters and digits, got \"" + DomainName.shown(value) + "\"");
                }
                id = Optional.of(value);
            }
        }
        return id.<Lookup>map(found -> new Lookup.Published(new StsRecord(found)))
                .orElseGet(() -> malformed("an id, got \"" + DomainName.shown(record.text()) + "\""));
    }

    private static Lookup malformed(String detail) {
        return new Lookup.NoRecord(Reason.MALFORMED, "Expected " + detail);
    }

    private static boolean validId(String id) {
        return !id.isEmpty() && id.length() <= MAX_ID && id.chars().allMatch(StsRecord::alphanumeric);
    }

    /** The same in the policy. */
    static boolean validName(String name) {
        return !name.isEmpty()
                && name.length() <= MAX_NAME
                && alphanumeric(name.charAt(0))
                && name.chars().allMatch(c -> alphanumeric(c) || c == '_' || c == '-' || c == '.');
    }

    private static boolean validValue(String value) {
        return !value.isEmpty() && value.chars().allMatch(c -> c > 32 && c < 127 && c != '=');
    }

    private static boolean alphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
