package dev.starttls.conformance.pop3;

import dev.starttls.conformance.connection.Received;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.session.Response;
import java.util.List;
import java.util.regex.Pattern;

/** What came where one POP3 response was expected (RFC 1939 section 3). */
sealed interface ObservedPop3Reply extends Response {
    /** What servers write in the refusal of a login outside TLS. */
    Pattern WANTS_TLS = Pattern.compile("\\b(STLS|TLS|SSL|ENCRYPT\\w*|SECURE)\\b", Pattern.CASE_INSENSITIVE);

    /** How a response begins. */
    enum Status {
        OK("+OK"),
        ERR("-ERR"),
        /** The server waits for more of a command (RFC 5034 section 4). */
        CONTINUE("+");

        private final String indicator;

        Status(String indicator) {
            this.indicator = indicator;
        }

        String indicator() {
            return indicator;
        }
    }

    /**
     * A response.
     *
     * @param text after the status indicator
     * @param list the lines of a multi-line response, without byte-stuffed dots and without the line that ends it
     * @param flaws what was not well formed in it, if it could still be read
     * @param longest the length of its longest line in octets, CRLF included
     */
    record Answer(Status status, String text, List<String> list, List<String> flaws, int longest)
            implements ObservedPop3Reply {
        public Answer {
            list = List.copyOf(list);
            flaws = List.copyOf(flaws);
        }
    }

    /**
     * CAPA was refused by a server that has not answered it in this session: it does not know the command, which it
     * need not, and a client has to try what it wants (RFC 2449 section 5).
     */
    record Unlisted(Answer refused) implements ObservedPop3Reply {
        @Override
        public List<String> flaws() {
            return refused.flaws();
        }
    }

    /** A line that cannot be a response. */
    record Malformed(String line, String problem) implements ObservedPop3Reply {
        @Override
        public List<String> flaws() {
            return List.of(problem);
        }
    }

    /** No response: the connection ended or nothing came in time. */
    record None(Received instead) implements ObservedPop3Reply {
        @Override
        public List<String> flaws() {
            return List.of();
        }
    }

    /** Whether it has more lines than the first. */
    default boolean listed() {
        return this instanceof Answer answer && !answer.list().isEmpty();
    }

    /** {@code +OK}. */
    default boolean good() {
        return this instanceof Answer answer && answer.status() == Status.OK;
    }

    /** {@code -ERR}. */
    @Override
    default boolean refusal() {
        return this instanceof Answer answer && answer.status() == Status.ERR;
    }

    /** {@code +OK} and no list: that of CAPA is none. */
    @Override
    default boolean goAhead() {
        return good() && !listed();
    }

    /** {@code +OK}; for CAPA also that there is no list. */
    @Override
    default boolean done() {
        return good() || this instanceof Unlisted;
    }

    @Override
    default boolean goodbye() {
        return good();
    }

    /** POP3 has no response code for it, so that only the text can say it. */
    @Override
    default boolean wantsTls() {
        return this instanceof Answer answer
                && refusal()
                && WANTS_TLS.matcher(answer.text()).find();
    }

    /** RFC 3206 section 5: the problem is in the credentials. */
    @Override
    default boolean namesCredentials() {
        return this instanceof Answer answer
                && refusal()
                && answer.text().regionMatches(true, 0, "[AUTH]", 0, "[AUTH]".length());
    }

    /** POP3 has only one kind of refusal. */
    @Override
    default boolean refusesSyntax() {
        return refusal();
    }

    /** POP3 has no response for it. */
    @Override
    default boolean endsSession() {
        return false;
    }

    /** {@code +} alone: it asks for more. */
    @Override
    default boolean asks() {
        return this instanceof Answer answer && answer.status() == Status.CONTINUE;
    }

    @Override
    default boolean came() {
        return this instanceof Answer || this instanceof Unlisted;
    }

    @Override
    default boolean ended() {
        return this instanceof None none && none.instead() instanceof Received.Ended;
    }

    @Override
    default String description() {
        if (this instanceof Answer answer) {
            String more = answer.list().isEmpty() ? "" : " and " + answer.list().size() + " lines";
            String line = answer.status().indicator() + " " + answer.text();
            return "'" + Transcript.printable(line).strip() + "'" + more;
        }
        if (this instanceof Unlisted unlisted) {
            return unlisted.refused().description();
        }
        if (this instanceof Malformed malformed) {
            return "'" + Transcript.printable(malformed.line()) + "', which is not a POP3 response: "
                    + malformed.problem();
        }
        return ((None) this).instead().description();
    }
}
