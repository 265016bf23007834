package dev.starttls.conformance.client.tls;

import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS12;
import static dev.starttls.conformance.tls.wire.ProtocolVersion.TLS13;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.tls.TlsCases.Rule;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.tls.minimal.server.TlsDeviation;
import java.util.List;

/** The order and the content of the handshake: TLS-C-31 to 36. */
final class HandshakeCases {
    private static final String LIBRARY = "Keep the TLS library up to date; authors: do not write your own.";
    private static final String LOOP = "A client that follows each of them can be kept in a handshake without end.";
    private static final String INTEGRITY =
            "The Finished proves that the handshake was not changed on the path: its versions, suites and names.";
    private static final String ORDER =
            "A state machine that takes messages out of their order can be led past those that prove something"
                    + " (SKIP-TLS, CVE-2014-6593).";
    private static final String EARLY =
            "What comes before the Finished may be from an attacker, and would be used as if it"
                    + " came from the server.";
    private static final String COMPRESSED =
            "With compression the length of what is sent gives away what is in it (CRIME," + " CVE-2012-4929).";
    private static final String END =
            "A client that does not see the end of a handshake waits for ever, or runs in circles.";

    private HandshakeCases() {}

    static List<ClientCase> of(Protocol protocol) {
        Rule finished = new Rule("refuses a Finished that is wrong", "", Level.MUST, INTEGRITY, LIBRARY);
        Rule twice = new Rule("refuses a second ServerHello", "", Level.MUST, ORDER, LIBRARY);
        Rule early = new Rule("refuses application data before the server's Finished", "", Level.MUST, EARLY, LIBRARY);
        Rule compression = new Rule("refuses compression", "", Level.MUST, COMPRESSED, LIBRARY);
        Rule close = new Rule(
                "ends when close_notify comes during the handshake",
                "",
                Level.MUST,
                END,
                "Authors: end the handshake when the engine or the library says that the peer has closed.");
        Rule alert = new Rule("ends when an alert comes in place of the ServerHello", "", Level.MUST, END, LIBRARY);
        return List.of(
                TlsCases.deviation(
                        protocol,
                        "TLS-C-31a",
                        new Rule(
                                "refuses a second HelloRetryRequest",
                                "RFC 8446 section 4.1.4",
                                Level.MUST,
                                LOOP,
                                LIBRARY),
                        TlsDeviation.TWO_HELLO_RETRY_REQUESTS,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-31b",
                        new Rule(
                                "refuses a HelloRetryRequest that changes nothing",
                                "RFC 8446 section 4.2.8, RFC 8446 section 4.1.4",
                                Level.MUST,
                                LOOP,
                                LIBRARY),
                        TlsDeviation.USELESS_HELLO_RETRY_REQUEST,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-32a",
                        finished.in(TLS13, "RFC 8446 section 4.4.4"),
                        TlsDeviation.FINISHED_CORRUPTED,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-32b",
                        finished.in(TLS12, "RFC 5246 section 7.4.9"),
                        TlsDeviation.FINISHED_CORRUPTED,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-33a",
                        twice.in(TLS13, "RFC 8446 section 4"),
                        TlsDeviation.SERVER_HELLO_TWICE,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-33b",
                        twice.in(TLS12, "RFC 5246 section 7.3"),
                        TlsDeviation.SERVER_HELLO_TWICE,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-34a",
                        early.in(TLS13, "RFC 8446 section 2"),
                        TlsDeviation.DATA_BEFORE_FINISHED,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-34b",
                        early.in(TLS12, "RFC 5246 section 7.4.9"),
                        TlsDeviation.DATA_BEFORE_FINISHED,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-34c",
                        new Rule(
                                "refuses unencrypted application data in the handshake",
                                "RFC 5246 section 7.3",
                                Level.MUST,
                                EARLY,
                                LIBRARY),
                        TlsDeviation.PLAINTEXT_DATA_IN_HANDSHAKE,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-35a",
                        compression.in(TLS13, "RFC 8446 section 4.1.3"),
                        TlsDeviation.COMPRESSION,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-35b",
                        compression.in(TLS12, "RFC 5246 section 7.4.1.3, RFC 9325 section 3.3"),
                        TlsDeviation.COMPRESSION,
                        TLS12),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-36a",
                        alert.in(TLS13, "RFC 8446 section 6.2"),
                        TlsDeviation.ALERT_IN_HANDSHAKE,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-36b",
                        close.in(TLS13, "RFC 8446 section 6.1"),
                        TlsDeviation.CLOSE_NOTIFY_IN_HANDSHAKE,
                        TLS13),
                TlsCases.deviation(
                        protocol,
                        "TLS-C-36c",
                        close.in(TLS12, "RFC 5246 section 7.2.1"),
                        TlsDeviation.CLOSE_NOTIFY_IN_HANDSHAKE,
                        TLS12));
    }
}
