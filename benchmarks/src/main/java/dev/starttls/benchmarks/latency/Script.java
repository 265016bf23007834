package dev.starttls.benchmarks.latency;

import dev.starttls.core.upgrade.TlsPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client sends from the TCP connection until its session is ready, in the same order as this library.
 *
 * @param plain before the handshake; the last one is the upgrade command, unless TLS comes first
 * @param inside TLS
 */
record Script(List<CommandReply> plain, List<CommandReply> inside) {

    private static final String EHLO = "EHLO [127.0.0.1]\r\n";

    /** The script of a protocol under a policy. */
    static Script of(MailProtocol protocol, TlsPolicy policy) {
        CommandReply greeting = new CommandReply("", protocol == MailProtocol.SMTP ? ReplyEnd.CODE : ReplyEnd.LINE);
        List<CommandReply> plain = new ArrayList<>();
        List<CommandReply> inside = new ArrayList<>();
        (policy == TlsPolicy.IMPLICIT ? inside : plain).add(greeting);
        boolean asked = policy == TlsPolicy.REQUIRED;
        switch (protocol) {
            case SMTP -> {
                CommandReply ehlo = new CommandReply(EHLO, ReplyEnd.CODE);
                if (policy != TlsPolicy.IMPLICIT) {
                    plain.add(ehlo);
                }
                if (asked) {
                    plain.add(new CommandReply("STARTTLS\r\n", ReplyEnd.CODE));
                }
                if (policy != TlsPolicy.DISABLED) {
                    inside.add(ehlo);
                }
            }
            case IMAP -> {
                // The greeting has the capabilities; those that it had before TLS are forgotten.
                if (asked) {
                    plain.add(new CommandReply("a1 STARTTLS\r\n", ReplyEnd.TAG));
                    inside.add(new CommandReply("a2 CAPABILITY\r\n", ReplyEnd.TAG));
                }
            }
            case POP3 -> {
                if (asked) {
                    plain.add(new CommandReply("STLS\r\n", ReplyEnd.LINE));
                }
                (policy == TlsPolicy.DISABLED ? plain : inside).add(new CommandReply("CAPA\r\n", ReplyEnd.FULL_STOP));
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
