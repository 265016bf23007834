package dev.starttls.conformance.dns;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CAARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;

/** Reads messages of dnsjava. */
final class DnsAnswers {
    /** More than any name needs; a longer chain of aliases has no end. */
    private static final int MAX_ALIASES = 16;

    private DnsAnswers() {}

    /** What a response says to a question for one type. */
    static DnsAnswer of(Name asked, DnsType type, Message response) {
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
        // Servers change the order with each answer; reports of the same records are to be the same (RFC 4034 section
        // 6.3).
        for (Record record :
                response.getSection(Section.ANSWER).stream().sorted().toList()) {
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

    private static List<ExtendedErrorCodeOption> errors(Message response) {
        if (response.getOPT() == null) {
            return List.of();
        }
        return response.getOPT().getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR).stream()
                .map(ExtendedErrorCodeOption.class::cast)
                .toList();
    }

    /** Validating resolvers say by an extended error that it is the signatures, or that they are missing (RFC 8914 section 4). */
    private static boolean bogus(Message response) {
        return errors(response).stream()
                .anyMatch(error -> error.getErrorCode() >= ExtendedErrorCodeOption.DNSSEC_INDETERMINATE
                        && error.getErrorCode() <= ExtendedErrorCodeOption.NSEC_MISSING);
    }

    private static String reason(Message response) {
        return errors(response).stream()
                .map(error -> " (" + ExtendedErrorCodeOption.text(error.getErrorCode())
                        + (error.getText() == null || error.getText().isEmpty() ? "" : ": " + error.getText())
                        + ")")
                .collect(Collectors.joining());
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
