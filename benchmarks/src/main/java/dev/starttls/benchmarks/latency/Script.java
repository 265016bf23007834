package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client says from the TCP connection until its session is ready, in the same order as this library says it.
 *
 * @param plain before the handshake; the last of it is the command that asks for TLS, if anything has to
 * @param inside TLS
 */
record Script(List<Exchange> plain, List<Exchange> inside) {

    private static final String EHLO = "EHLO [127.0.0.1]\r\n";

    /** The script of a protocol under a policy. */
    static Script of(Protocol protocol, TlsPolicy policy) {
        Exchange greeting = new Exchange("", protocol == Protocol.SMTP ? Ending.CODE : Ending.LINE);
        List<Exchange> plain = new ArrayList<>();
        List<Exchange> inside = new ArrayList<>();
        (policy == TlsPolicy.IMPLICIT ? inside : plain).add(greeting);
        boolean asked = policy == TlsPolicy.REQUIRED;
        switch (protocol) {
            case SMTP -> {
                Exchange ehlo = new Exchange(EHLO, Ending.CODE);
                if (policy != TlsPolicy.IMPLICIT) {
                    plain.add(ehlo);
                }
                if (asked) {
                    plain.add(new Exchange("STARTTLS\r\n", Ending.CODE));
                }
                if (policy != TlsPolicy.DISABLED) {
                    inside.add(ehlo);
                }
            }
            case IMAP -> {
                // The greeting has the capabilities; those that it had before TLS are forgotten.
                if (asked) {
                    plain.add(new Exchange("a1 STARTTLS\r\n", Ending.TAG));
                    inside.add(new Exchange("a2 CAPABILITY\r\n", Ending.TAG));
                }
            }
            case POP3 -> {
                if (asked) {
                    plain.add(new Exchange("STLS\r\n", Ending.LINE));
                }
                (policy == TlsPolicy.DISABLED ? plain : inside).add(new Exchange("CAPA\r\n", Ending.FULL_STOP));
            }
        }
        return new Script(List.copyOf(plain), List.copyOf(inside));
    }

    /**
     * The round trips from the first segment of TCP on.
     *
     * @param handshake those of the handshake: its last flight goes with the first command inside
     */
    int roundTrips(int handshake) {
        return 1 + plain.size() + (inside.isEmpty() ? 0 : handshake + inside.size());
    }
}
