package dev.starttls.core.hosts.file;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsUse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line of the file: eight fields with a space between them. What is not a visible character of ASCII, and percent and comma, are
 * written as {@code %} and two digits for each octet of UTF-8; nothing is written as a hyphen.
 */
record TlsHistoryLine(HostService service, TlsUse use) {

    private static final int FIELDS = 8;
    private static final String NOTHING = "-";
    private static final String HEX = "0123456789ABCDEF";

    static String of(HostService service, TlsUse use) {
        return String.join(
                " ",
                written(service.protocol()),
                written(service.host()),
                Integer.toString(service.port()),
                use.firstUsed().toString(),
                use.lastUsed().toString(),
                written(use.version()),
                written(use.keyHash().orElse("")),
                use.offered().isEmpty()
                        ? NOTHING
                        : use.offered().stream().map(TlsHistoryLine::written).collect(Collectors.joining(",")));
    }

    /** Throws an {@link IllegalArgumentException} that says what was expected. */
    static TlsHistoryLine parse(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("expected " + FIELDS + " fields, got " + fields.length);
        }
        HostService service = new HostService(read(fields[1]), port(fields[2]), read(fields[0]));
        String hash = read(fields[6]);
        List<String> offered = fields[7].equals(NOTHING)
                ? List.of()
                : Arrays.stream(fields[7].split(",", -1))
                        .map(TlsHistoryLine::read)
                        .toList();
        return new TlsHistoryLine(
                service,
                new TlsUse(
                        time(fields[3]),
                        time(fields[4]),
                        read(fields[5]),
                        offered,
                        hash.isEmpty() ? Optional.empty() : Optional.of(hash)));
    }

    private static int port(String field) {
        try {
            return Integer.parseInt(field);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "expected the number of a port, got " + HistoryLines.printable(field), e);
        }
    }

    private static Instant time(String field) {
        try {
            return Instant.parse(field);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "expected a time, for instance 2026-03-01T12:00:00Z, got " + HistoryLines.printable(field), e);
        }
    }

    private static String written(String value) {
        if (value.isEmpty()) {
            return NOTHING;
        }
        if (value.equals(NOTHING)) {
            return "%2D";
        }
        StringBuilder written = new StringBuilder();
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            if (octet > ' ' && octet < 127 && octet != '%' && octet != ',') {
                written.append((char) octet);
            } else {
                written.append('%').append(HEX.charAt((octet & 0xff) >> 4)).append(HEX.charAt(octet & 15));
            }
        }
        return written.toString();
    }

    private static String read(String field) {
        if (field.equals(NOTHING)) {
            return "";
        }
        byte[] octets = new byte[field.length()];
        int count = 0;
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == '%') {
                octets[count++] = (byte) (digit(field, i + 1) << 4 | digit(field, i + 2));
                i += 2;
            } else if (c > ' ' && c < 127) {
                octets[count++] = (byte) c;
            } else {
                throw new IllegalArgumentException("expected visible characters of ASCII, got octet " + (int) c);
            }
        }
        return new String(octets, 0, count, StandardCharsets.UTF_8);
    }

    private static int digit(String field, int at) {
        int digit = at < field.length() ? HEX.indexOf(field.charAt(at)) : -1;
        if (digit < 0) {
            throw new IllegalArgumentException(
                    "expected % and two digits of 0 to 9 and A to F, got " + HistoryLines.printable(field));
        }
        return digit;
    }
}
