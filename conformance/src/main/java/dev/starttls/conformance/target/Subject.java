package dev.starttls.conformance.target;

import java.net.InetAddress;
import java.util.Optional;

/** What a run judges: a server, or a client. */
public sealed interface Subject permits Target, TestedClient {
    /** Which side of the upgrade is judged, and the words for it. */
    enum Kind {
        SERVER("server", "check", "the target answers and speaks the protocol"),
        CLIENT("client", "case", "the client connects to a well-behaved server");

        private final String noun;
        private final String unit;
        private final String premise;

        Kind(String noun, String unit, String premise) {
            this.noun = noun;
            this.unit = unit;
            this.premise = premise;
        }

        /** What it is called in a sentence: {@code server} or {@code client}. */
        public String noun() {
            return noun;
        }

        /** What it is judged by: a {@code check} of a server, a {@code case} for a client. */
        public String unit() {
            return unit;
        }

        /** What has to be true for anything to be judged. */
        public String premise() {
            return premise;
        }
    }

    /** Whether it is a server or a client. */
    Kind kind();

    /** Its name in reports: the URL of a server, {@code client:imap} for a client of IMAP. */
    String url();

    /** The protocol that it speaks. */
    Protocol protocol();

    /** Which of the addresses of a server's host was checked; empty if that is not known, and for a client. */
    Optional<InetAddress> address();

    /** The scheme of a server; empty for a client. */
    Optional<Scheme> schemeIfServer();

    /** The same without the address. */
    Subject anywhere();
}
