package dev.starttls.conformance.smtp;

import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.Response;
import java.util.List;

/** What came where one SMTP reply was expected (RFC 5321 section 4.2). */
sealed interface ObservedSmtpReply extends Response {
    /**
     * A reply.
     *
     * @param lines the text of each line after its code and separator
     * @param flaws what was not well formed in it, if it could still be read
     */
    record Answer(int code, List<String> lines, List<String> flaws) implements ObservedSmtpReply {
        public Answer {
            lines = List.copyOf(lines);
            flaws = List.copyOf(flaws);
        }
    }

    /** A line that cannot be part of a reply. */
    record Malformed(String line, String problem) implements ObservedSmtpReply {
        @Override
        public List<String> flaws() {
            return List.of(problem);
        }
    }

    /** No reply: the connection ended or nothing came in time. */
    record None(Received instead) implements ObservedSmtpReply {
        @Override
        public List<String> flaws() {
            return List.of();
        }
    }

    /** RFC 4954 section 6: 530 and 538. */
    @Override
    default boolean wantsTls() {
        return code() == 530 || code() == 538;
    }

    /** RFC 4954 section 6: 535. */
    @Override
    default boolean refusesCredentials() {
        return namesCredentials();
    }

    @Override
    default boolean namesCredentials() {
        return code() == 535;
    }

    @Override
    default boolean came() {
        return this instanceof Answer;
    }

    @Override
    default boolean goAhead() {
        return code() == 220;
    }

    /** 250 to 259. */
    @Override
    default boolean done() {
        return code() / 10 == 25;
    }

    @Override
    default boolean goodbye() {
        return code() == 221;
    }

    @Override
    default boolean refusesSyntax() {
        return code() == 501;
    }

    @Override
    default boolean temporary() {
        return code() / 100 == 4;
    }

    @Override
    default boolean asks() {
        return code() / 100 == 3;
    }

    @Override
    default boolean endsSession() {
        return code() == 421;
    }

    default int code() {
        return this instanceof Answer answer ? answer.code() : 0;
    }

    /** 2xx. */
    default boolean good() {
        return code() / 100 == 2;
    }

    /** 4xx or 5xx. */
    @Override
    default boolean refusal() {
        return code() / 100 == 4 || code() / 100 == 5;
    }

    @Override
    default boolean ended() {
        return this instanceof None none && none.instead() instanceof Received.Ended;
    }

    @Override
    default String description() {
        if (this instanceof Answer answer) {
            String last = answer.lines().get(answer.lines().size() - 1);
            String more = answer.lines().size() > 1 ? " (" + answer.lines().size() + " lines)" : "";
            return "'" + Transcript.printable(answer.code() + " " + last).strip() + "'" + more;
        }
        if (this instanceof Malformed malformed) {
            return "'" + Transcript.printable(malformed.line()) + "', which is not an SMTP reply:" + " "
                    + malformed.problem();
        }
        return ((None) this).instead().description();
    }
}
