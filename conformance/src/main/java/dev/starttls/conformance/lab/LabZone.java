package dev.starttls.conformance.lab;

import dev.starttls.conformance.dns.DnsLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A zone signed with one key (ECDSA P-256, RFC 6605) and a chain of NSEC records (RFC 4034 section 4). It answers as its own server that
 * has validated it: AA and AD are set, and RA is not. Other zones are refused; nobody else is asked. It does no I/O.
 *
 * <p>A zone without aliases, wildcards and delegations: what those ask of an answer is not here.
 */
final class LabZone {
    /** So much may the clocks of two machines differ. */
    private static final Duration EARLIER = Duration.ofHours(1);

    /** As long as the certificates of the hosts. */
    private static final Duration LIFETIME = Duration.ofDays(30);

    /** The secure entry point bit is for one that is an anchor (RFC 4034 section 2.1.1). */
    private static final int KEY_FLAGS = DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY;

    /** What fits into a packet everywhere, as the DNS Flag Day of 2020 recommends. */
    private static final int MAX_UDP = 1232;

    private static final int TTL = 60;

    private final Name origin;
    private final DNSKEYRecord key;

    /** In the canonical order of DNSSEC, which is that of NSEC records (RFC 4034 section 6.1). */
    private final NavigableMap<Name, Map<Integer, RRset>> names = new TreeMap<>();

    private LabZone(Name origin, DNSKEYRecord key) {
        this.origin = origin;
        this.key = key;
    }

    /**
     * Makes a key and signs a zone with it.
     *
     * @param domain the origin, without the dot at its end
     * @param text what the zone has besides SOA and NS, as zone files have it
     * @param now from which the signatures hold, for 30 days
     */
    static LabZone sign(String domain, String text, Instant now) {
        DnsLog.silence();
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            Name origin = Name.fromString(domain, Name.root);
            DNSKEYRecord key = new DNSKEYRecord(
                    origin,
                    DClass.IN,
                    TTL,
                    KEY_FLAGS,
                    DNSKEYRecord.Protocol.DNSSEC,
                    DNSSEC.Algorithm.ECDSAP256SHA256,
                    pair.getPublic());
            LabZone zone = new LabZone(origin, key);
            zone.read("@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A " + Listening.LOCAL + "\n" + text);
            zone.add(key);
            zone.chain();
            for (Map<Integer, RRset> sets : zone.names.values()) {
                for (RRset set : sets.values()) {
                    set.addRR(DNSSEC.sign(set, key, pair.getPrivate(), now.minus(EARLIER), now.plus(LIFETIME)));
                }
            }
            return zone;
        } catch (IOException e) {
            throw new IllegalArgumentException("expected records as zone files have them: " + e.getMessage(), e);
        } catch (GeneralSecurityException | DNSSEC.DNSSECException e) {
            throw new IllegalStateException("no zone could be signed on this Java runtime", e);
        }
    }

    private void read(String text) throws IOException {
        try (Master file =
                new Master(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), origin, TTL)) {
            for (Record record = file.nextRecord(); record != null; record = file.nextRecord()) {
                add(record);
            }
        }
    }

    private void add(Record record) {
        names.computeIfAbsent(record.getName(), name -> new TreeMap<>())
                .computeIfAbsent(record.getType(), type -> new RRset())
                .addRR(record);
    }

    /** The last name leads to the first. */
    private void chain() {
        for (Name name : List.copyOf(names.keySet())) {
            Name next = Optional.ofNullable(names.higherKey(name)).orElse(origin);
            int[] types = IntStream.concat(
                            names.get(name).keySet().stream().mapToInt(type -> type),
                            IntStream.of(Type.NSEC, Type.RRSIG))
                    .sorted()
                    .toArray();
            add(new NSECRecord(name, DClass.IN, TTL, next, types));
        }
    }

    /** The key, as a trust anchor. */
    String anchor() {
        return key + "\n";
    }

    /** What is answered, in at most so many octets; empty for what is no query. */
    Optional<byte[]> answer(byte[] octets, ZoneServer.DnsTransport transport) {
        Message query;
        try {
            query = new Message(octets);
        } catch (IOException | RuntimeException e) {
            // Not a message of DNS: the parser says so in many ways.
            return Optional.empty();
        }
        if (query.getHeader().getFlag(Flags.QR)) {
            return Optional.empty();
        }
        Message response = respond(query);
        int max = transport == ZoneServer.DnsTransport.TCP ? Message.MAXLENGTH : maxUdp(query.getOPT());
        return Optional.of(response.toWire(max));
    }

    private static int maxUdp(OPTRecord opt) {
        return opt == null ? 512 : Math.min(Math.max(512, opt.getPayloadSize()), MAX_UDP);
    }

    private Message respond(Message query) {
        Header asked = query.getHeader();
        Message response = new Message(asked.getID());
        Header header = response.getHeader();
        header.setOpcode(asked.getOpcode());
        header.setFlag(Flags.QR);
        if (asked.getFlag(Flags.RD)) {
            header.setFlag(Flags.RD);
        }
        if (asked.getFlag(Flags.CD)) {
            header.setFlag(Flags.CD);
        }
        boolean signatures = query.getOPT() != null && (query.getOPT().getFlags() & ExtendedFlags.DO) != 0;
        if (query.getOPT() != null) {
            response.addRecord(new OPTRecord(MAX_UDP, 0, 0, signatures ? ExtendedFlags.DO : 0), Section.ADDITIONAL);
        }
        List<Record> questions = query.getSection(Section.QUESTION);
        questions.forEach(question -> response.addRecord(question, Section.QUESTION));
        if (asked.getOpcode() != Opcode.QUERY) {
            header.setRcode(Rcode.NOTIMP);
        } else if (questions.size() != 1) {
            header.setRcode(Rcode.FORMERR);
        } else if (!isOurs(questions.get(0))) {
            header.setRcode(Rcode.REFUSED);
        } else {
            header.setFlag(Flags.AA);
            // RFC 6840 section 5.8.
            if (signatures || asked.getFlag(Flags.AD)) {
                header.setFlag(Flags.AD);
            }
            answer(questions.get(0), response, signatures);
        }
        return response;
    }

    /** Neither transfers nor lists of all records of a name are given (RFC 8482). */
    private boolean isOurs(Record question) {
        return question.getDClass() == DClass.IN
                && question.getName().subdomain(origin)
                && Type.isRR(question.getType())
                && question.getType() != Type.RRSIG;
    }

    private void answer(Record question, Message response, boolean signatures) {
        Name name = question.getName();
        RRset found = names.getOrDefault(name, Map.of()).get(question.getType());
        if (found != null) {
            add(found, response, Section.ANSWER, signatures);
            return;
        }
        add(names.get(origin).get(Type.SOA), response, Section.AUTHORITY, signatures);
        boolean absent = !exists(name);
        if (absent) {
            response.getHeader().setRcode(Rcode.NXDOMAIN);
        }
        if (signatures) {
            proofs(name, absent).distinct().forEach(proof -> add(proof, response, Section.AUTHORITY, true));
        }
    }

    /** Of a name, or of a wildcard in its place too, that it has no such records (RFC 4035 section 3.1.3). */
    private Stream<RRset> proofs(Name name, boolean absent) {
        RRset proof = names.floorEntry(name).getValue().get(Type.NSEC);
        if (!absent) {
            return Stream.of(proof);
        }
        Name encloser = new Name(name, 1);
        while (!exists(encloser)) {
            encloser = new Name(encloser, 1);
        }
        Name wildcard = Name.fromConstantString("*." + encloser);
        return Stream.of(proof, names.floorEntry(wildcard).getValue().get(Type.NSEC));
    }

    /** Whether a name has records, or a name below it has (RFC 4592 section 2.2.2). */
    private boolean exists(Name name) {
        Name next = names.ceilingKey(name);
        return next != null && next.subdomain(name);
    }

    private static void add(RRset set, Message response, int section, boolean signatures) {
        List<Record> all = new ArrayList<>(set.rrs(false));
        if (signatures) {
            all.addAll(set.sigs());
        }
        all.forEach(record -> response.addRecord(record, section));
    }
}
