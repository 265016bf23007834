package dev.starttls.conformance.tls.wire;

import java.util.List;
import java.util.Optional;

/** What came of a ClientHello. */
public sealed interface HelloAnswer {

    /** What a transcript says of it, on one line. */
    String told();

    /**
     * The server took the hello.
     *
     * @param hello what it chose
     * @param certificates the chain in DER, leaf first, where it is sent in the clear (TLS 1.2 and before)
     * @param keyExchange the group, where it is sent in the clear
     * @param warnings alerts that ended nothing
     * @param broken what came instead of the rest of the flight; empty when it was whole. In TLS 1.3 the ServerHello is
     *     all that can be read.
     */
    record Hello(
            ServerHello hello,
            List<Octets> certificates,
            Optional<KeyExchange> keyExchange,
            List<Alert> warnings,
            Optional<HelloAnswer> broken)
            implements HelloAnswer {

        public Hello {
            certificates = List.copyOf(certificates);
            warnings = List.copyOf(warnings);
        }

        /** The name of the group, wherever it is written. */
        public Optional<String> group() {
            return keyExchange.map(KeyExchange::group).or(hello::group);
        }

        @Override
        public String told() {
            return hello
                    + (certificates.isEmpty() ? "" : ", " + certificates.size() + " certificates")
                    + keyExchange.map(exchange -> ", " + exchange).orElse("")
                    + (warnings.isEmpty() ? "" : ", after " + warnings)
                    + broken.map(end -> ", then " + end.told()).orElse("");
        }
    }

    /**
     * The server took a hello of SSL 2.0.
     *
     * @param version the version it named
     */
    record Ssl2Hello(int version) implements HelloAnswer {
        @Override
        public String told() {
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
        public String told() {
            return alert.toString();
        }
    }

    /**
     * The server closed the connection without an alert.
     *
     * @param afterOctets how much it had sent
     */
    record Closed(long afterOctets) implements HelloAnswer {
        @Override
        public String told() {
            return "end of stream" + (afterOctets == 0 ? " without any answer" : " after " + afterOctets + " octets");
        }
    }

    /** The connection was reset. */
    record Reset() implements HelloAnswer {
        @Override
        public String told() {
            return "connection reset";
        }
    }

    /**
     * No answer within the time limit.
     *
     * @param afterOctets how much had been sent
     */
    record Silent(long afterOctets) implements HelloAnswer {
        @Override
        public String told() {
            return "silence until the time limit"
                    + (afterOctets == 0 ? "" : ", " + afterOctets + " octets of an answer before it");
        }
    }

    /**
     * Something that is no TLS, or not the TLS to be expected.
     *
     * @param seen the first of it
     * @param why what is wrong with it
     */
    record Garbage(Octets seen, String why) implements HelloAnswer {
        @Override
        public String told() {
            return why + (seen.isEmpty() ? "" : ": " + seen.text());
        }
    }
}
