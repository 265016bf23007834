package dev.starttls.smtp.policy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.line.Ascii;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The TXT record at {@code _smtp._tls.DOMAIN}, which says where the domain wants its TLS reports (RFC 8460 section 3).
 *
 * <pre>{@code
 * DnsAnswer answer = resolver.ask(TlsReportRecord.nameFor("example.org"), DnsType.TXT);
 * if (TlsReportRecord.of(answer) instanceof TlsReportRecord.Lookup.Published published) {
 *     published.record().destinations();     // any one of them will do
 * }
 * }</pre>
 *
 * <p>The domain chooses the destinations, and whoever has a domain can name any: do not let a report be sent to hosts of your own
 * network.
 *
 * @param destinations in their order, 1 to {@value #MAX_DESTINATIONS}
 */
public record TlsReportRecord(List<Destination> destinations) {

    /** Destinations after these are not looked at, so that a record does not multiply what is sent. */
    public static final int MAX_DESTINATIONS = 10;

    private static final String VERSION = "v=TLSRPTv1";
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[!-:<-~][\\t -:<-~]*+");
    /** RFC 3986 section 2, without what RFC 8460 section 3 wants encoded: comma, exclamation mark, semicolon. */
    private static final Pattern URI_CHARACTERS =
            Pattern.compile("(?:[A-Za-z0-9._~:/?#\\[\\]@$&'()*+=-]|%[0-9A-Fa-f]{2})++");

    private static final Pattern MAILBOX = Pattern.compile(
            "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*+@[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*+");
    /** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
    private static final int MAX_MAILBOX = 254;

    /** Keeps its own copy. */
    public TlsReportRecord {
        destinations = List.copyOf(destinations);
        if (destinations.isEmpty() || destinations.size() > MAX_DESTINATIONS) {
            throw new IllegalArgumentException(
                    "destinations: expected 1 to " + MAX_DESTINATIONS + ", got " + destinations.size());
        }
    }

    /** Where reports are sent. */
    public sealed interface Destination {

        /**
         * To a mailbox (RFC 8460 section 5.3).
         *
         * @param mailbox decoded, for instance {@code reports@example.org}: atoms, dots and one "@", fit for commands and headers
         */
        record Mail(String mailbox) implements Destination {

            /** Must be fit for commands and headers. */
            public Mail {
                if (mailbox.length() > MAX_MAILBOX || !MAILBOX.matcher(mailbox).matches()) {
                    throw new IllegalArgumentException(
                            "mailbox: expected local@domain without quotes, got " + DomainName.shown(mailbox));
                }
            }
        }

        /**
         * To a server, by POST (RFC 8460 section 5.4).
         *
         * @param uri absolute, with the scheme https and a host
         */
        record Https(URI uri) implements Destination {

            /** There must be a scheme and a host. */
            public Https {
                if (!"https".equalsIgnoreCase(uri.getScheme())
                        || uri.getHost() == null
                        || uri.getRawUserInfo() != null) {
                    throw new IllegalArgumentException(
                            "uri: expected https://host/ without a user, got " + DomainName.shown(uri.toString()));
                }
            }
        }
    }

    /** What a look-up of the record has found. */
    public sealed interface Lookup {

        /**
         * There is one.
         *
         * @param record that says where reports are sent
         */
        record Published(TlsReportRecord record) implements Lookup {}

        /**
         * There is none that counts: the domain gets no report.
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
        /** The one that does is malformed, or has no destination that can be used. */
        MALFORMED,
        /** There is no answer: nothing is known. */
        LOOKUP_FAILED
    }

    /**
     * Where the record of a domain is.
     *
     * @param domain that mail was for: {@link TlsReport#domain}
     * @return the name to ask for TXT
     */
    public static String nameFor(String domain) {
        return "_smtp._tls." + domain;
    }

    /**
     * Reads the record among all TXT records of the name. Those that do not begin with the version and a semicolon are not looked at;
     * unknown fields are ignored, of a repeated one all but the first, and so are destinations of other schemes than mailto and https.
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
        Optional<String> rua = Optional.empty();
        for (String field : record.fields()) {
            if (!FIELD.matcher(field).matches()) {
                return malformed("a field such as rua=mailto:reports@example.org", field);
            }
            if (rua.isEmpty() && field.startsWith("rua=")) {
                rua = Optional.of(field.substring(4));
            }
        }
        if (rua.isEmpty()) {
            return malformed("a field rua", record.text());
        }
        // Each once: a record must not multiply what is sent.
        Set<Destination> destinations = new LinkedHashSet<>();
        for (String uri : rua.get().split(",", -1)) {
            if (destinations.size() < MAX_DESTINATIONS) {
                destination(VersionedText.stripped(uri)).ifPresent(destinations::add);
            }
        }
        return destinations.isEmpty()
                ? malformed(
                        "a URI mailto:local@domain or https://host/path in rua, in which ',', '!' and ';' are encoded",
                        rua.get())
                : new Lookup.Published(new TlsReportRecord(List.copyOf(destinations)));
    }

    private static Optional<Destination> destination(String text) {
        if (!URI_CHARACTERS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            if (Ascii.at(text, 0, "mailto:")) {
                // Headers that the URI asks for (RFC 6068 section 2) are not the domain's to set.
                String address = text.substring("mailto:".length()).split("[?#]", -1)[0];
                return Optional.of(new Destination.Mail(decoded(address)));
            }
            return Optional.of(new Destination.Https(new URI(text)));
        } catch (IllegalArgumentException | URISyntaxException notUsable) {
            return Optional.empty();
        }
    }

    private static String decoded(String text) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                octets.write(Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                octets.write(text.charAt(i));
            }
        }
        return octets.toString(StandardCharsets.ISO_8859_1);
    }

    private static Lookup malformed(String expected, String got) {
        return new Lookup.NoRecord(
                Reason.MALFORMED, "Expected " + expected + ", got \"" + DomainName.shown(got) + "\"");
    }
}
