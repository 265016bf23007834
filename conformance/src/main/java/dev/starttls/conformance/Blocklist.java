package dev.starttls.conformance;

import dev.starttls.conformance.domain.DomainExpansion;
import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.UnreadableFile;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.tls.ServerIdentity;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Servers that are never connected to: addresses, blocks of addresses, and names with all of their subdomains. A name is also
 * refused if one of its addresses is.
 */
final class Blocklist {
    /** A name has at most 255 octets; the rest is a comment. */
    private static final int MAX_LINE = 2048;

    private final Map<Integer, Set<AddressBlock>> blocks = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    private Blocklist() {}

    /** Refuses none. */
    static Blocklist none() {
        return new Blocklist();
    }

    /**
     * Reads a file: an address, {@code ADDRESS/BITS} or a name per line; {@code #} begins a comment.
     *
     * @throws UsageException if it cannot be read, or a line is none of these
     */
    static Blocklist in(Path file) throws UsageException {
        Blocklist list = new Blocklist();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            BoundedLines lines = new BoundedLines(in, MAX_LINE);
            for (Optional<BoundedLines.Line> next = lines.next(); next.isPresent(); next = lines.next()) {
                list.add(next.get());
            }
        } catch (IOException e) {
            throw new UsageException(
                    "--blocklist: " + UnreadableFile.exception(file, e).getMessage());
        }
        return list;
    }

    private void add(BoundedLines.Line line) throws IOException, UsageException {
        if (line.overlong()) {
            throw new UsageException(
                    "--blocklist, line " + line.number() + ": it is longer than " + MAX_LINE + " octets");
        }
        if (!line.encoded()) {
            throw new CharacterCodingException();
        }
        String entry = line.text().replaceFirst("#.*", "").strip();
        if (!entry.isEmpty()) {
            add(entry, line.number());
        }
    }

    private void add(String entry, long line) throws UsageException {
        Optional<AddressBlock> block = AddressBlock.parse(entry);
        if (block.isPresent()) {
            blocks.computeIfAbsent(block.get().bits(), bits -> new HashSet<>()).add(block.get());
            return;
        }
        try {
            String name = canonical(entry.startsWith(".") ? entry.substring(1) : entry);
            // What ends in a number is an address or a range of addresses that was mistyped: no domain does.
            if (!DomainExpansion.isHostName(name) || name.matches("(.*\\.)?[0-9]+")) {
                throw new IllegalArgumentException("it is neither");
            }
            names.add(name);
        } catch (IllegalArgumentException e) {
            // A line that was mistyped would let through what must not be connected to.
            throw new UsageException(
                    "--blocklist, line " + line + ": expected an address, ADDRESS/BITS or a name, which"
                            + " means its subdomains too, got '" + entry + "'");
        }
    }

    private static String canonical(String name) {
        String ascii = ServerIdentity.toAscii(name).toLowerCase(Locale.ROOT);
        return ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
    }

    /** Whether the target is refused. Looks its name up if there are addresses on the list. */
    boolean refuses(Target target) {
        if (refuses(target.host()) || target.name().filter(this::refuses).isPresent()) {
            return true;
        }
        if (blocks.isEmpty()) {
            return false;
        }
        try {
            Stream<InetAddress> addresses = target.address().isPresent()
                    ? target.address().stream()
                    : Stream.of(InetAddress.getAllByName(ServerIdentity.toAscii(target.host())));
            return addresses.anyMatch(this::refuses);
        } catch (UnknownHostException e) {
            // It cannot be connected to either.
            return false;
        }
    }

    /** The same resolver, for which a server that is refused has no address that is known. */
    DnsResolver restrict(DnsResolver resolver) {
        return (name, type) -> {
            if (type != DnsType.A && type != DnsType.AAAA) {
                return resolver.ask(name, type);
            }
            DnsAnswer answer = refuses(name) ? blocked(name) : resolver.ask(name, type);
            return answer.records(DnsRecord.Address.class).stream()
                            .map(DnsRecord.Address::address)
                            .anyMatch(this::refuses)
                    ? blocked(name)
                    : answer;
        };
    }

    private static DnsAnswer blocked(String name) {
        return new DnsAnswer.Failed(DnsAnswer.Failure.SERVER_FAILURE, name + " is on the blocklist and left out");
    }

    private boolean refuses(InetAddress address) {
        return blocks.entrySet().stream()
                .filter(each -> each.getKey() <= address.getAddress().length * Byte.SIZE)
                .anyMatch(each -> each.getValue().contains(new AddressBlock(address, each.getKey())));
    }

    private boolean refuses(String host) {
        if (names.isEmpty()) {
            return false;
        }
        String name = canonical(host);
        for (int from = 0; from >= 0; from = name.indexOf('.', from) + 1) {
            if (names.contains(name.substring(from))) {
                return true;
            }
            if (name.indexOf('.', from) < 0) {
                return false;
            }
        }
        return false;
    }
}
