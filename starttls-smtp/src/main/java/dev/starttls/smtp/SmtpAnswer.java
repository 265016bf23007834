package dev.starttls.smtp;

import java.util.function.Function;

/**
 * What a server's author answers a command with.
 *
 * <pre>{@code
 * return SmtpAnswer.of(250, "2.1.0 Ok");
 * }</pre>
 */
public sealed interface SmtpAnswer {

    /**
     * A reply; the next line is a command, unless it is 421, after which the connection is closed (RFC 5321 section 3.8).
     *
     * @param reply neither 334 nor 354
     */
    record Reply(SmtpReply reply) implements SmtpAnswer {
        /** Checks the code. */
        public Reply {
            expectFinal(reply);
        }
    }

    /**
     * The reply to DATA; the next lines are a message, up to the line with a dot alone.
     *
     * @param reply 354
     * @param receiver takes the message
     */
    record Data(SmtpReply reply, SmtpDataReceiver receiver) implements SmtpAnswer {
        /** Checks the code. */
        public Data {
            expect(354, reply);
        }
    }

    /**
     * A challenge of AUTH (RFC 4954 section 4); the next line is the client's response, of at most 12,288 octets.
     *
     * @param reply 334
     * @param response from the client's line, as it came, to the next answer
     */
    record Challenge(SmtpReply reply, Function<String, SmtpAnswer> response) implements SmtpAnswer {
        /** Checks the code. */
        public Challenge {
            expect(334, reply);
        }
    }

    /**
     * A last reply; the connection is closed after it.
     *
     * @param reply for instance 421; neither 334 nor 354
     */
    record Close(SmtpReply reply) implements SmtpAnswer {
        /** Checks the code. */
        public Close {
            expectFinal(reply);
        }
    }

    /**
     * A reply, the next line being a command.
     *
     * @param code neither 334 nor 354
     * @param text of each line, an enhanced status code at the beginning of the first
     * @return the answer
     */
    static SmtpAnswer of(int code, String... text) {
        return new Reply(SmtpReply.of(code, text));
    }

    private static void expectFinal(SmtpReply reply) {
        if (reply.category() == 3) {
            throw new IllegalArgumentException("reply: expected a final one, got " + reply.code()
                    + "; SmtpAnswer.Data and SmtpAnswer.Challenge say what the next line is");
        }
    }

    private static void expect(int code, SmtpReply reply) {
        if (reply.code() != code) {
            throw new IllegalArgumentException("reply: expected " + code + ", got " + reply.code());
        }
    }
}
