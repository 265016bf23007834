package dev.starttls.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The converters of the options: each refuses a value that cannot be measured, and says which values can. */
final class Arguments {

    private Arguments() {}

    private static long whole(String text, long least, long max) {
        try {
            long value = Long.parseLong(text.strip());
            if (value >= least && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refusal(text, range(least, max), e);
        }
        throw refusal(text, range(least, max));
    }

    private static String range(long least, long max) {
        return String.format(Locale.ROOT, "a whole number from %,d to %,d", least, max);
    }

    private static TypeConversionException refusal(String text, String allowed) {
        return new TypeConversionException("expected " + allowed + " but was '" + text + "'");
    }

    private static TypeConversionException refusal(String text, String allowed, Exception why) {
        TypeConversionException refusal = refusal(text, allowed);
        refusal.initCause(why);
        return refusal;
    }

    /** A number of rounds, seconds, targets or connections. */
    static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) whole(text, 1, 1_000_000);
        }
    }

    /** A number of simultaneous connections: a process has descriptors for no more. */
    static final class AtOnce implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) whole(text, 1, 10_000);
        }
    }

    /** A number of upgrades. */
    static final class LongCount implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return whole(text, 1, 1_000_000_000_000L);
        }
    }

    /**
     * The round trip of a link in milliseconds: one second is that of two satellite hops, and with more the rounds take
     * hours.
     */
    static final class LinkMillis implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) whole(text, 0, 1_000);
        }
    }

    /** A TCP port. */
    static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) whole(text, 1, 65_535);
        }
    }

    /** The name of a server, for a table. */
    static final class ServerName implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (text.isBlank()) {
                throw refusal(text, "the name of a server");
            }
            return text.strip();
        }
    }

    /** A factor for the numbers of rounds. */
    static final class Factor implements ITypeConverter<Double> {

        private static final double MAX = 1_000;

        @Override
        public Double convert(String text) {
            try {
                double value = Double.parseDouble(text.strip());
                if (value > 0 && value <= MAX) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw refusal(text, "a number above 0, at most 1,000", e);
            }
            throw refusal(text, "a number above 0, at most 1,000");
        }
    }

    /** A version of TLS. */
    static final class TlsVersion implements ITypeConverter<String> {

        private static final List<String> KNOWN = List.of("TLSv1.3", "TLSv1.2");

        @Override
        public String convert(String text) {
            return KNOWN.stream()
                    .filter(text.strip()::equalsIgnoreCase)
                    .findFirst()
                    .orElseThrow(() -> refusal(text, "one of " + KNOWN + " (case-insensitive)"));
        }
    }

    /** The folder of the results, which is checked before anything is measured. */
    static final class ResultsFolder implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            Path folder = path(text, "a folder");
            Path existing = folder.toAbsolutePath();
            while (existing != null && Files.notExists(existing)) {
                existing = existing.getParent();
            }
            if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
                throw refusal(text, "a folder that can be written to or created,");
            }
            return folder;
        }
    }

    /** A readable file. */
    static final class ReadableFile implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            Path file = path(text, "a file");
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw refusal(text, "a file that can be read");
            }
            return file;
        }
    }

    private static Path path(String text, String allowed) {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (java.nio.file.InvalidPathException e) {
            throw refusal(text, allowed, e);
        }
        throw refusal(text, allowed);
    }

    /** The host and port of a server. */
    static final class HostPort implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            int colon = text.lastIndexOf(':');
            if (colon <= 0 || text.contains("/") || text.contains(" ")) {
                throw refusal(text, "HOST:PORT");
            }
            whole(text.substring(colon + 1), 1, 65_535);
            return text;
        }
    }

    /** Processors, in the format of {@code taskset -c}. */
    static final class Processors implements ITypeConverter<String> {

        private static final Pattern LIST =
                Pattern.compile("\\d{1,4}(-\\d{1,4}(:\\d{1,4})?)?(,\\d{1,4}(-\\d{1,4}(:\\d{1,4})?)?)*");

        @Override
        public String convert(String text) {
            if (!LIST.matcher(text).matches()) {
                throw refusal(text, "processors in the format of taskset -c, for instance 1 or 0,2-3,");
            }
            return text;
        }
    }
}
