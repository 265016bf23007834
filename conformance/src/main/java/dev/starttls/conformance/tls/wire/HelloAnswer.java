package dev.starttls.conformance.tls.wire;

import java.util.List;
import java.util.Optional;

/** The answer to a ClientHello. */
public sealed interface HelloAnswer {

    /** The text for a transcript, in one line. */
    String description();

    /**
     * The server accepted the ClientHello.
     *
     * @param hello what it chose
     * @param certificates the chain in DER, the server's own certificate first, if it is not encrypted (TLS 1.2 and
     *     earlier)
     * @param stapled the OCSP response that came with the chain (RFC 6066 section 8)
     * @param keyExchange the group, if it is not encrypted
     * @param warnings warning alerts that came before
     * @param broken what came instead of the rest of the flight; empty if it was complete. In TLS 1.3 only the
     *     ServerHello can be read.
     */
    record Hello(
            ServerHello hello,
            List<OctetString> certificates,
            Optional<OctetString> stapled,
            Optional<KeyExchange> keyExchange,
            List<Alert> warnings,
            Optional<HelloAnswer> broken)
            implements HelloAnswer {

        public Hello {
            certificates = List.copyOf(certificates);
            warnings = List.copyOf(warnings);
        }

        /** The name of the group, from the key exchange or the key share. */
        public Optional<String> group() {
            return keyExchange.map(KeyExchange::group).or(hello::group);
        }

        @Override
        public String description() {
            return hello
                    + (certificates.isEmpty() ? "" : ", " + certificates.size() + " certificates")
                    + keyExchange.map(exchange -> ", " + exchange).orElse("")
                    + (warnings.isEmpty() ? "" : ", after " + warnings)
                    + broken.map(end -> ", then " + end.description()).orElse("");
        }
    }

    /**
     * The server accepted a ClientHello of SSL 2.0.
     *
     * @param version the version it named
     */
    record Ssl2Hello(int version) implements HelloAnswer {
        @Override
        public String description() {
            return "SSLv2 SERVER-HELLO, version " + ProtocolVersion.label(version);
        }
    }

    /**
     * The server ended the handshake with an alert.
     *
     * @param alert the alert
     */
    record Refused(Alert alert) implements HelloAnswer {

        /** Whether the description is one of these. */
        public boolean isOneOf(Integer... descriptions) {
            return List.of(descriptions).contains(alert.description());
        }

        @Override
        public String description() {
            return alert.toString();
        }
    }

    /**
     * The server closed the connection without an alert.
     *
     * @param afterOctets the number of octets that it had sent
     */
    record Closed(long afterOctets) implements HelloAnswer {
        @Override
        public String description() {
            return "end of stream" + (afterOctets == 0 ? " without any answer" : " after " + afterOctets + " octets");
        }
    }

    /** The connection was reset. */
    record Reset() implements HelloAnswer {
        @Override
        public String description() {
            return "connection reset";
        }
    }

    /**
     * No answer within the time limit.
     *
     * @param afterOctets the number of octets that it had sent
     */
    record Silent(long afterOctets) implements HelloAnswer {
        @Override
        public String description() {
            return "silence until the time limit"
                    + (afterOctets == 0 ? "" : ", " + afterOctets + " octets of an answer before it");
        }
    }

    /**
     * Something that is not TLS, or not the TLS expected.
     *
     * @param seen its first octets
     * @param why what is wrong with it
     */
    record Garbage(OctetString seen, String why) implements HelloAnswer {
        @Override
        public String description() {
            return why + (seen.isEmpty() ? "" : ": " + seen.text());
        }
    }
}
