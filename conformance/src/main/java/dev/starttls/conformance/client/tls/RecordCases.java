package dev.starttls.conformance.client.tls;

import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS12;
import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS13;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.server.DeviantTls.Delivery;
import dev.starttls.conformance.client.tls.TlsCases.Rule;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import java.util.List;

/** The records, what follows the handshake, and how it all reaches the client: TLS-C-37 to 42. */
final class RecordCases {
    private static final String LIBRARY = "Keep the TLS library up to date; authors: do not write your own.";
    private static final String ALLOWED =
            "Servers do this, if rarely; a client that does not read it fails for reasons that no user finds.";
    private static final String READ =
            "Authors: read until a whole record is there, and take a record without data for what it is, not for the end.";
    private static final String MEMORY = "Such a record is longer than the buffers of the client have to be.";
    private static final String CHANGED =
            "An attacker on the path changes what the server sends, and the client does not notice.";

    private RecordCases() {}

    static List<ClientCase> of(Protocol protocol) {
        Rule octets = new Rule("reads records of one octet", "", Level.MUST, ALLOWED, READ);
        Rule empty = new Rule("reads on after records without data", "", Level.MUST, ALLOWED, READ);
        Rule overflow = new Rule("refuses a record that is too long", "", Level.MUST, MEMORY, LIBRARY);
        Rule mac = new Rule("refuses a record that was changed", "", Level.MUST, CHANGED, LIBRARY);
        return List.of(
                TlsCases.deviation(
                        protocol,
                        "TLS-C-37a",
                        octets.in(TLS13, "RFC 8446 section 5.1"),
                        TlsDeviation.ONE_OCTET_RECORDS,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-37b",
                        octets.in(TLS12, "RFC 5246 section 6.2.1"),
                        TlsDeviation.ONE_OCTET_RECORDS,
                        TLS12),
                delivered(
                        protocol,
                        "TLS-C-37c",
                        new Rule(
                                "reads segments of one octet in TLS 1.3",
                                "RFC 8446 section 5.1",
                                Level.MUST,
                                ALLOWED,
                                READ),
                        TLS13,
                        Delivery.OCTET_BY_OCTET),
                delivered(
                        protocol,
                        "TLS-C-37d",
                        new Rule(
                                "reads segments of one octet in TLS 1.2",
                                "RFC 5246 section 6.2.1",
                                Level.MUST,
                                ALLOWED,
                                READ),
                        TLS12,
                        Delivery.OCTET_BY_OCTET),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-38a",
                        new Rule(
                                "refuses handshake records without content",
                                "RFC 8446 section 5.1",
                                Level.MUST,
                                "They cost the server nothing, and keep the client in its handshake without end.",
                                LIBRARY),
                        TlsDeviation.EMPTY_HANDSHAKE_RECORDS,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-38b",
                        new Rule(
                                "tolerates handshake records without content in TLS 1.2",
                                "RFC 5246 section 6.2.1",
                                Level.SHOULD,
                                "A server must not send them; what matters is that the client does not hang.",
                                LIBRARY),
                        TlsDeviation.EMPTY_HANDSHAKE_RECORDS,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-38c",
                        empty.in(TLS13, "RFC 8446 section 5.1"),
                        TlsDeviation.EMPTY_DATA_RECORDS,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-38d",
                        empty.in(TLS12, "RFC 5246 section 6.2.1"),
                        TlsDeviation.EMPTY_DATA_RECORDS,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-39a",
                        overflow.in(TLS13, "RFC 8446 section 5.2"),
                        TlsDeviation.RECORD_OVERFLOW,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-39b",
                        overflow.in(TLS12, "RFC 5246 section 6.2.3, RFC 5246 section 7.2.2"),
                        TlsDeviation.RECORD_OVERFLOW,
                        TLS12),
                TlsCases.deviation(
                        protocol, "TLS-C-40a", mac.in(TLS13, "RFC 8446 section 5.2"), TlsDeviation.MAC_FLIPPED, TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-40b",
                        mac.in(TLS12, "RFC 5246 section 6.2.3"),
                        TlsDeviation.MAC_FLIPPED,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-41a",
                        new Rule(
                                "survives a HelloRequest",
                                "RFC 5246 section 7.4.1.1",
                                Level.SHOULD,
                                "The client may ignore it or decline; one that waits for the renegotiation hangs.",
                                LIBRARY),
                        TlsDeviation.HELLO_REQUEST,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-41b",
                        new Rule("follows a KeyUpdate", "RFC 8446 section 4.6.3", Level.MUST, ALLOWED, LIBRARY),
                        TlsDeviation.KEY_UPDATE,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-41c",
                        new Rule(
                                "survives 1,000 session tickets",
                                "RFC 8446 section 4.6.1",
                                Level.SHOULD,
                                "No number of them is too many for the RFC; a client that keeps all loses its memory.",
                                "Authors: keep the last few tickets, and throw away the others."),
                        TlsDeviation.MANY_TICKETS,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-41d",
                        new Rule(
                                "refuses a CertificateRequest after the handshake",
                                "RFC 8446 section 4.6.2",
                                Level.MUST,
                                "The client did not offer it; one that answers gives its certificate to each server that asks.",
                                LIBRARY),
                        TlsDeviation.POST_HANDSHAKE_CERTIFICATE_REQUEST,
                        TLS13),
                TlsCases.draft(
                                protocol,
                                "TLS-C-42",
                                new Rule(
                                        "waits for an answer to its ClientHello that comes late",
                                        "RFC 8446 section 2",
                                        Level.MUST,
                                        "A ClientHello with post-quantum shares fills two segments, which some paths and"
                                                + " servers carry slowly; a client that gives up at once ends without TLS.",
                                        "Authors: give the handshake the time that commands have (RFC 5321 section"
                                                + " 4.5.3.2: minutes)."))
                        .script(kit -> TlsCases.delivering(
                                        TlsDeviation.NONE, kit.control().version(), Delivery.LATE)
                                .apply(kit))
                        .judge(TlsJudgements::goesOn));
    }

    private static ClientCase delivered(
            Protocol protocol, String id, Rule rule, ProtocolVersion version, Delivery delivery) {
        return TlsCases.draft(protocol, id, rule)
                .script(TlsCases.delivering(TlsDeviation.NONE, version, delivery))
                .judge(TlsJudgements::goesOn);
    }
}
