package dev.starttls.examples;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsResolver;
import dev.starttls.core.dns.DnsType;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CAARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.dnssec.ValidatingResolver;

/**
 * The DNS by dnsjava: with a validating resolver on this machine, whose AD bit is believed; or validating by itself.
 *
 * <pre>{@code
 * DnsResolver local = DnsjavaResolver.trusting(new InetSocketAddress("127.0.0.1", 53));
 * DnsResolver own = DnsjavaResolver.validating(new InetSocketAddress("192.0.2.53", 53), Files.newInputStream(anchors));
 * }</pre>
 */
public final class DnsjavaResolver implements DnsResolver {

    private static final int MAX_ALIASES = 16;

    private final Resolver resolver;

    private DnsjavaResolver(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * Believes the AD bit of a resolver on this machine.
     *
     * @throws IllegalArgumentException if it is on another: nothing between it and here would protect the bit (RFC 4035 section
     *     4.9.3)
     */
    public static DnsjavaResolver trusting(InetSocketAddress server) {
        if (server.isUnresolved() || !server.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("server: expected a loopback address, got " + server
                    + "; the AD bit of another machine proves nothing: try DnsjavaResolver.validating");
        }
        return new DnsjavaResolver(simple(server));
    }

    /** Validates by itself, from trust anchors in the format of zone files. */
    public static DnsjavaResolver validating(InetSocketAddress server, InputStream anchors) throws IOException {
        ValidatingResolver validating = new ValidatingResolver(simple(server));
        validating.loadTrustAnchors(anchors);
        return new DnsjavaResolver(validating);
    }

    private static SimpleResolver simple(InetSocketAddress server) {
        SimpleResolver simple = new SimpleResolver(server);
        simple.setEDNS(0, 0, ExtendedFlags.DO, List.of());
        return simple;
    }

    @Override
    public DnsAnswer ask(String name, DnsType type) {
        Message response;
        Name asked;
        try {
            asked = Name.concatenate(Name.fromString(name), Name.root);
            Message query = Message.newQuery(Record.newRecord(asked, type.code(), DClass.IN));
            query.getHeader().setFlag(Flags.AD);
            response = resolver.send(query);
        } catch (NameTooLongException | TextParseException e) {
            return new DnsAnswer.Failed(Failure.SERVER_FAILURE, "not a name: " + e.getMessage());
        } catch (IOException e) {
            boolean late = e instanceof InterruptedIOException
                    || String.valueOf(e.getMessage()).contains("imed out");
            return new DnsAnswer.Failed(
                    late ? Failure.TIMEOUT : Failure.SERVER_FAILURE, String.valueOf(e.getMessage()));
        }
        int code = response.getRcode();
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            return new DnsAnswer.Failed(
                    bogus(response) ? Failure.BOGUS : Failure.SERVER_FAILURE, Rcode.string(code) + reason(response));
        }
        Security security = response.getHeader().getFlag(Flags.AD) ? Security.SECURE : Security.INSECURE;
        Optional<Name> end = type == DnsType.CNAME ? Optional.of(asked) : canonical(asked, response);
        if (end.isEmpty()) {
            return new DnsAnswer.Failed(
                    Failure.SERVER_FAILURE, "more than " + MAX_ALIASES + " aliases, or a loop of them");
        }
        Name canonical = end.get();
        List<DnsRecord> records = new ArrayList<>();
        for (Record record : response.getSection(Section.ANSWER)) {
            if (record.getType() == type.code() && record.getName().equals(canonical)) {
                try {
                    value(record).ifPresent(records::add);
                } catch (IllegalArgumentException e) {
                    return new DnsAnswer.Failed(
                            Failure.SERVER_FAILURE, "a record that cannot be read: " + e.getMessage());
                }
            }
        }
        return records.isEmpty()
                ? new DnsAnswer.Absent(canonical.toString(), security)
                : new DnsAnswer.Found(records, canonical.toString(), security);
    }

    /** The name at the end of the aliases in the answer; empty if they have none. */
    private static Optional<Name> canonical(Name asked, Message response) {
        Name name = asked;
        for (int i = 0; i <= MAX_ALIASES; i++) {
            Name before = name;
            for (Record record : response.getSection(Section.ANSWER)) {
                if (record instanceof CNAMERecord alias && alias.getName().equals(name)) {
                    name = alias.getTarget();
                    break;
                }
            }
            if (name.equals(before)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** Validating resolvers say by an extended error that it is the signatures, or that they are missing (RFC 8914 section 4). */
    private static boolean bogus(Message response) {
        return response.getOPT() != null
                && response.getOPT().getOptions().stream()
                        .anyMatch(option -> option instanceof ExtendedErrorCodeOption error
                                && error.getErrorCode() >= ExtendedErrorCodeOption.DNSSEC_INDETERMINATE
                                && error.getErrorCode() <= ExtendedErrorCodeOption.NSEC_MISSING);
    }

    private static String reason(Message response) {
        StringBuilder reason = new StringBuilder();
        if (response.getOPT() != null) {
            response.getOPT().getOptions().forEach(option -> reason.append(' ').append(option));
        }
        return reason.toString();
    }

    private static Optional<DnsRecord> value(Record record) {
        if (record instanceof ARecord a) {
            return Optional.of(new DnsRecord.Address(a.getAddress()));
        } else if (record instanceof AAAARecord aaaa) {
            return Optional.of(new DnsRecord.Address(aaaa.getAddress()));
        } else if (record instanceof CNAMERecord alias) {
            return Optional.of(new DnsRecord.Cname(alias.getTarget().toString()));
        } else if (record instanceof MXRecord mx) {
            return Optional.of(new DnsRecord.Mx(mx.getPriority(), mx.getTarget().toString()));
        } else if (record instanceof TXTRecord text) {
            return Optional.of(new DnsRecord.Txt(text.getStringsAsByteArrays().stream()
                    .map(octets -> new String(octets, StandardCharsets.ISO_8859_1))
                    .toList()));
        } else if (record instanceof SRVRecord srv) {
            return Optional.of(new DnsRecord.Srv(
                    srv.getPriority(),
                    srv.getWeight(),
                    srv.getPort(),
                    srv.getTarget().toString()));
        } else if (record instanceof TLSARecord tlsa) {
            return Optional.of(new DnsRecord.Tlsa(
                    tlsa.getCertificateUsage(),
                    tlsa.getSelector(),
                    tlsa.getMatchingType(),
                    HexFormat.of().formatHex(tlsa.getCertificateAssociationData())));
        } else if (record instanceof CAARecord caa) {
            return Optional.of(new DnsRecord.Caa(caa.getFlags(), caa.getTag(), caa.getValue()));
        }
        return Optional.empty();
    }
}
