package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapResponse;
import dev.starttls.imap.ImapServer;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler that answers with nothing is told to which command. */
class MissingAnswerTest {

    /** How the answer is missing. */
    enum How {
        AT_ONCE,
        LATER
    }

    private static ServerSetup<?> smtp(How how, CompletableFuture<SmtpAnswer> later) {
        return SmtpServer.named("mx", (command, session) -> how == How.LATER ? SmtpAnswer.later(later) : null)
                .extensions(List.of("CHUNKING"))
                .policy(TlsPolicy.DISABLED);
    }

    private static ServerSetup<?> imap(How how, CompletableFuture<ImapAnswer> later) {
        return ImapServer.named("mx", (command, session) -> how == How.LATER ? ImapAnswer.later(later) : null)
                .policy(TlsPolicy.DISABLED);
    }

    private static ServerSetup<?> pop3(How how, CompletableFuture<Pop3Answer> later) {
        return Pop3Server.named("mx", (command, session) -> how == How.LATER ? Pop3Answer.later(later) : null)
                .policy(TlsPolicy.DISABLED);
    }

    private static Stream<Arguments> commands() {
        return Stream.of(How.values())
                .flatMap(how -> Stream.of(
                        Arguments.of("SMTP", how, "MAIL FROM:<>", "MAIL"),
                        Arguments.of("SMTP", how, "BDAT 3 LAST", "BDAT"),
                        Arguments.of("SMTP", how, "c2VjcmV0", "a command of an extension, or an unknown one"),
                        Arguments.of("IMAP", how, "a ID NIL", "ID"),
                        Arguments.of("IMAP", how, "a c2VjcmV0", "a command of an extension, or an unknown one"),
                        Arguments.of("POP3", how, "NOOP", "NOOP"),
                        Arguments.of("POP3", how, "c2VjcmV0", "a command of an extension, or an unknown one")));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @MethodSource("commands")
    void the_fault_names_the_command_and_no_secret(String protocol, How how, String line, String named) {
        CompletableFuture<SmtpAnswer> smtp = new CompletableFuture<>();
        CompletableFuture<ImapAnswer> imap = new CompletableFuture<>();
        CompletableFuture<Pop3Answer> pop3 = new CompletableFuture<>();
        ServerSetup<?> server =
                switch (protocol) {
                    case "SMTP" -> smtp(how, smtp);
                    case "IMAP" -> imap(how, imap);
                    default -> pop3(how, pop3);
                };
        Endpoint side = Endpoint.of(server.connection(new Peer("192.0.2.1", 1))).run();
        if (protocol.equals("SMTP")) {
            side.arrive("EHLO client\r\n").run();
        }
        side.arrive(line + "\r\n").run();
        smtp.complete(null);
        imap.complete(null);
        pop3.complete(null);
        side.run();
        UpgradeException failure = side.connection().failure().orElseThrow();
        assertThat(failure.reason()).isEqualTo(FailureReason.LOCAL_ERROR);
        assertThat(failure.getCause())
                .isInstanceOf(NullPointerException.class)
                .hasMessage("Expected an answer of the handler to " + named + ", got null");
    }

    private static Stream<Arguments> responses() {
        return Stream.of(
                Arguments.of(
                        SmtpServer.named(
                                "mx",
                                (command, session) -> new SmtpAnswer.Challenge(SmtpReply.of(334, ""), line -> null)),
                        "XASK",
                        "AUTH"),
                Arguments.of(
                        ImapServer.named(
                                "mx",
                                (command, session) ->
                                        new ImapAnswer.Challenge(new ImapResponse.Continuation(""), line -> null)),
                        "a XASK",
                        "AUTHENTICATE"),
                Arguments.of(
                        Pop3Server.named("mx", (command, session) -> new Pop3Answer.Challenge("", line -> null)),
                        "XASK",
                        "AUTH"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("responses")
    void one_to_a_response_says_so(ServerSetup<?> server, String command, String exchange) {
        server.policy(TlsPolicy.DISABLED);
        Endpoint side = Endpoint.of(server.connection(new Peer("192.0.2.1", 1))).run();
        side.arrive(command + "\r\n").run();
        side.arrive("c2VjcmV0\r\n").run();
        assertThat(side.connection().failure().orElseThrow().getCause())
                .hasMessage("Expected an answer of the handler to the response in " + exchange + ", got null");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("late")
    void one_that_is_late_is_told_where_its_limit_is(ServerSetup<?> server, String command) {
        server.policy(TlsPolicy.DISABLED);
        Endpoint side = Endpoint.of(server.connection(new Peer("192.0.2.1", 1))).run();
        side.arrive(command + "\r\n").run().pass(Duration.ofSeconds(2)).run();
        assertThat(side.connection().failure().orElseThrow())
                .hasMessageContaining("the stage of the answer that comes later")
                .hasMessageContaining("the limit of its Later");
    }

    private static Stream<Arguments> late() {
        Duration limit = Duration.ofSeconds(1);
        return Stream.of(
                Arguments.of(
                        SmtpServer.named(
                                "mx", (command, session) -> new SmtpAnswer.Later(new CompletableFuture<>(), limit)),
                        "XWAIT"),
                Arguments.of(
                        ImapServer.named(
                                "mx", (command, session) -> new ImapAnswer.Later(new CompletableFuture<>(), limit)),
                        "a XWAIT"),
                Arguments.of(
                        Pop3Server.named(
                                "mx", (command, session) -> new Pop3Answer.Later(new CompletableFuture<>(), limit)),
                        "XWAIT"));
    }
}
