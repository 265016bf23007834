package dev.starttls.conformance.client.pop3;

import dev.starttls.conformance.client.server.DialectSession;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.ServerDialect;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A well-behaved server of POP3: any login is right, and the maildrop has one message. */
public final class Pop3Dialect implements ServerDialect {
    /** The message in the maildrop, its end included. */
    public static final String MESSAGE = String.join(
            "\r\n",
            "From: sender@example.org",
            "To: reader@example.org",
            "Subject: test",
            "Date: Thu, 1 Jan 2026 12:00:00 +0000",
            "Message-ID: <1@example.org>",
            "",
            "hello",
            "");

    private static final Set<String> HARMLESS = Set.of("CAPA", "STLS", "NOOP", "QUIT");
    private static final Set<String> OF_LOGIN = Set.of("USER", "PASS", "APOP", "AUTH");

    @Override
    public Protocol protocol() {
        return Protocol.POP3;
    }

    @Override
    public List<String> capabilities(Through through) {
        return through == Through.PLAINTEXT
                ? List.of("TOP", "UIDL", "RESP-CODES", "STLS")
                : List.of("TOP", "UIDL", "RESP-CODES", "USER", "SASL PLAIN LOGIN");
    }

    @Override
    public DialectSession session(Through through, Script script) {
        return new Session(through, script);
    }

    private static final class Session implements DialectSession {
        private final Through through;
        private final Script script;
        private int responsesDue;

        Session(Through through, Script script) {
            this.through = through;
            this.script = script;
        }

        @Override
        public Reply greeting() {
            return Reply.lines("+OK ready");
        }

        @Override
        public ReceivedLine understand(String line) {
            if (responsesDue > 0) {
                return new ReceivedLine(line, "", ReceivedLine.RESPONSE, line, Weight.CREDENTIAL);
            }
            int space = line.indexOf(' ');
            String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
            Weight weight = HARMLESS.contains(verb)
                    ? Weight.HARMLESS
                    : OF_LOGIN.contains(verb) ? bareAuth(verb, space) : Weight.COMMAND;
            return new ReceivedLine(line, "", verb, space < 0 ? "" : line.substring(space + 1), weight);
        }

        /** AUTH alone asks for the mechanisms (RFC 1734's older form), and says nothing about the user. */
        private static Weight bareAuth(String verb, int space) {
            return verb.equals("AUTH") && space < 0 ? Weight.HARMLESS : Weight.CREDENTIAL;
        }

        @Override
        public Reply answer(ReceivedLine line) {
            return switch (line.verb()) {
                case "CAPA" -> Reply.text("+OK capabilities follow\r\n" + listed() + ".\r\n");
                case "STLS" ->
                    through == Through.PLAINTEXT
                            ? Reply.lines("+OK begin TLS").startTls()
                            : Reply.lines("-ERR TLS is active");
                case "AUTH" ->
                    line.argument().isEmpty()
                            ? mechanisms()
                            : auth(line.argument().split(" +", -1));
                case ReceivedLine.RESPONSE -> response(line.text());
                case "USER", "NOOP", "RSET", "DELE" -> Reply.lines("+OK");
                case "PASS", "APOP" -> Reply.lines("+OK logged in");
                case "STAT" -> Reply.lines("+OK 1 " + MESSAGE.length());
                case "LIST" ->
                    line.argument().isEmpty()
                            ? Reply.lines("+OK 1 message", "1 " + MESSAGE.length(), ".")
                            : Reply.lines("+OK 1 " + MESSAGE.length());
                case "UIDL" ->
                    line.argument().isEmpty() ? Reply.lines("+OK", "1 uid0001", ".") : Reply.lines("+OK 1 uid0001");
                case "RETR", "TOP" -> Reply.text("+OK message follows\r\n" + MESSAGE + ".\r\n");
                case "LAST" -> Reply.lines("+OK 0");
                case "QUIT" -> Reply.lines("+OK bye").close();
                default -> Reply.lines("-ERR unknown command");
            };
        }

        private String listed() {
            StringBuilder text = new StringBuilder();
            script.offered(through).forEach(each -> text.append(each).append("\r\n"));
            return text.toString();
        }

        private Reply mechanisms() {
            return script.offered(through).stream()
                    .filter(each -> each.startsWith("SASL "))
                    .findFirst()
                    .map(each -> "+OK\r\n" + each.substring(5).replace(" ", "\r\n") + "\r\n.\r\n")
                    .map(Reply::text)
                    .orElseGet(() -> Reply.lines("-ERR no mechanisms"));
        }

        private Reply auth(String[] words) {
            int messages = words[0].equalsIgnoreCase("LOGIN") ? 2 : 1;
            responsesDue = messages - (words.length > 1 ? 1 : 0);
            return responsesDue == 0
                    ? Reply.lines("+OK logged in")
                    : Reply.lines(responsesDue == 2 ? "+ VXNlcm5hbWU6" : "+ ");
        }

        private Reply response(String text) {
            if (text.equals("*")) {
                responsesDue = 0;
                return Reply.lines("-ERR cancelled");
            }
            responsesDue--;
            return responsesDue == 0 ? Reply.lines("+OK logged in") : Reply.lines("+ UGFzc3dvcmQ6");
        }
    }
}
