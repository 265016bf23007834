package dev.starttls.core.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.line.LineException;
import dev.starttls.core.testing.LineProtocolClient;
import dev.starttls.core.testing.LineProtocolServer;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Each oracle on a dialogue finds its fault. */
class DialogueFuzzerTest {

    private static final String CLIENT = "\0HELLO there\nCAP UPGRADE\nEND\nGO\nCAP x\nEND\n";
    private static final String SERVER = "\0CAPS\nECHO \177\nUPGRADE\nCAPS\nBYE\n";

    @Test
    void the_dialogues_pass() {
        for (String policy : List.of("\0", "\1", "\2")) {
            assertThatCode(() -> run(policy + CLIENT.substring(1), LineProtocolClient::new))
                    .doesNotThrowAnyException();
            assertThatCode(() -> run(policy + SERVER.substring(1), LineProtocolServer::new))
                    .doesNotThrowAnyException();
            assertThatCode(() -> run(policy + "\2\n", LineProtocolServer::new)).doesNotThrowAnyException();
        }
    }

    @Test
    void capabilities_that_are_remembered_are_found() {
        found(CLIENT, () -> new FaultyDialogue(new LineProtocolClient()) {
            @Override
            public List<String> capabilities() {
                return List.of("UPGRADE");
            }
        });
    }

    @Test
    void what_else_is_remembered_is_found() {
        assertThatThrownBy(() -> DialogueFuzzer.run(
                        CLIENT.getBytes(StandardCharsets.ISO_8859_1),
                        policy -> new LineProtocolClient(),
                        dialogue -> assertThat(dialogue.capabilities()).isNotEmpty()))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void an_exception_is_found() {
        assertThatThrownBy(() -> run(
                        CLIENT,
                        () -> answering(CLIENT, line -> {
                            throw new IllegalStateException(line);
                        })))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void steps_that_the_state_does_not_allow_are_found() {
        found(CLIENT, () -> answering(CLIENT, line -> Step.goAhead()));
        found(CLIENT, () -> answering(CLIENT, line -> Step.ready()));
        found(CLIENT, () -> answering(CLIENT, line -> new Step.Propose("UPGRADE")));
        found(SERVER, () -> answering(SERVER, line -> new Step.Propose("UPGRADE")));
        found(SERVER, () -> answering(SERVER, line -> new Step.Decline(FailureReason.REFUSED, line)));
        found(SERVER, () -> answering(SERVER, line -> Step.ready()));
        found(SERVER, () -> answering(SERVER, line -> new Step.Proceed(List.of())));
        found(SERVER, () -> answering(SERVER, line -> new Step.Proceed(List.of("GO"))));
    }

    @Test
    void a_line_after_the_proposal_is_found() {
        found(
                CLIENT,
                () -> answering(
                        CLIENT,
                        line -> line.startsWith("HELLO")
                                ? new Step.Propose("UPGRADE")
                                : Step.send(Phase.COMMAND, "more")));
    }

    @Test
    void a_line_that_cannot_be_sent_is_found() {
        for (String unsendable : List.of("a\r\nb", "\u0100")) {
            assertThatThrownBy(
                            () -> run(SERVER, () -> answering(SERVER, line -> Step.send(Phase.CAPABILITY, unsendable))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        found(
                SERVER,
                () -> answering(
                        SERVER, line -> new Step.Await(Phase.CAPABILITY, Output.octets((byte) 'a'), Frame.line())));
    }

    @Test
    void a_secret_in_a_failure_is_found() {
        found(
                "\0\177\n",
                () -> answering(
                        SERVER,
                        line -> new Step.Fail(
                                FailureReason.PROTOCOL_VIOLATION, "Expected a command, got " + line, "", List.of())));
        found(
                "\0\177\n",
                () -> answering(
                        SERVER,
                        line -> new Step.Fail(
                                FailureReason.PROTOCOL_VIOLATION, "Expected a command", line, List.of())));
    }

    @Test
    void a_dialogue_that_goes_on_after_what_is_no_line_is_found() {
        found("\0\2\n", () -> new FaultyDialogue(new LineProtocolServer()) {
            @Override
            public Step malformed(LineException broken) {
                return Step.await(Phase.CAPABILITY);
            }
        });
    }

    private static Dialogue answering(String input, Function<String, Step> answer) {
        return new FaultyDialogue(input.equals(CLIENT) ? new LineProtocolClient() : new LineProtocolServer()) {
            @Override
            public Step received(String line) {
                return answer.apply(line);
            }
        };
    }

    private static void run(String input, java.util.function.Supplier<Dialogue> maker) {
        DialogueFuzzer.run(input.getBytes(StandardCharsets.ISO_8859_1), policy -> maker.get(), dialogue -> assertThat(
                        dialogue.protocol())
                .isEqualTo("lines"));
    }

    private static void found(String input, java.util.function.Supplier<Dialogue> faulty) {
        assertThatThrownBy(() -> run(input, faulty)).isInstanceOf(AssertionError.class);
    }

    /** Without a fault until a method is overridden. */
    private static class FaultyDialogue implements Dialogue {

        private final Dialogue right;

        FaultyDialogue(Dialogue right) {
            this.right = right;
        }

        @Override
        public String protocol() {
            return right.protocol();
        }

        @Override
        public Role role() {
            return right.role();
        }

        @Override
        public Step opened() {
            return right.opened();
        }

        @Override
        public Step received(String line) {
            return right.received(line);
        }

        @Override
        public Step secured() {
            return right.secured();
        }

        @Override
        public Step declined(FailureReason reason) {
            return right.declined(reason);
        }
    }
}
