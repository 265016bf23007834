package dev.starttls.conformance.target;

import java.net.InetAddress;
import java.util.Optional;

/** What a run judges: a server, a client, or a domain. */
public sealed interface Subject permits Target, TestedClient, DomainTarget {
    /** Which side of the upgrade is judged, and the words for it. */
    enum Kind {
        SERVER("server", "check", "the target answers and speaks the protocol"),
        CLIENT("client", "case", "the client connects to a well-behaved server"),
        DOMAIN("domain", "check", "the servers of the domain are known");

        private final String noun;
        private final String unit;
        private final String premise;

        Kind(String noun, String unit, String premise) {
            this.noun = noun;
            this.unit = unit;
            this.premise = premise;
        }

        /** What it is called in a sentence: {@code server}, {@code client} or {@code domain}. */
        public String noun() {
            return noun;
        }

        /** What it is judged by: a {@code check} of a server or a domain, a {@code case} for a client. */
        public String unit() {
            return unit;
        }

        /** What has to be true for anything to be judged. */
        public String premise() {
            return premise;
        }
    }

    /** Whether it is a server, a client or a domain. */
    Kind kind();

    /** Its name in reports: the URL of a server, {@code client:imap} for a client of IMAP, {@code mx:example.org}. */
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
