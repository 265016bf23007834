package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.fuzz.Recorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * One connection under fuzzing: what of it can be seen from outside, and the oracles, which look at it after every step.
 * The tests of the oracles put a faulty view in place of one of the methods that can be overridden.
 */
class ObservedEndpoint {

    /** What the application sends: never in the clear unless the connection was handed over in the clear. */
    static final String SECRET = "ECHO password-of-the-application\r\n";

    /** Two records in each direction, their decrypted content and the lines that the limits allow, with a margin. */
    private static final int MAX_HELD = 150_000;

    private static final int MAX_STEPS = 20_000;

    private static final String COMMAND = "UPGRADE\r\n";
    /** All that a client may say in the clear: asking first, or after a refusal. */
    private static final List<String> CLEAR = List.of("CAPS\r\nUPGRADE\r\n", "UPGRADE\r\nCAPS\r\nUPGRADE\r\n");

    final UpgradeConnection connection;
    final Endpoint side;
    final Recorder dialogue;
    private final TlsPolicy policy;
    private final Role role;
    private int tlsBegins = -1;

    ObservedEndpoint(UpgradeConnection connection, Recorder dialogue, TlsPolicy policy, Fragmentation fragmentation) {
        this.connection = connection;
        this.dialogue = dialogue;
        this.policy = policy;
        this.role = dialogue.role();
        this.side = Endpoint.of(connection).fragmented(fragmentation).send(SECRET);
        observe();
    }

    State state() {
        return connection.state();
    }

    int held() {
        return connection.held();
    }

    Optional<Long> deadline() {
        return connection.deadline();
    }

    boolean step() {
        return side.step();
    }

    String sent() {
        return new String(side.sent(), StandardCharsets.ISO_8859_1);
    }

    String received() {
        return side.received();
    }

    Optional<Exception> failure() {
        return side.failure();
    }

    Optional<List<String>> remembered() {
        return dialogue.remembered();
    }

    /** Inside TLS, or about to be. */
    boolean inTls() {
        return tlsBegins >= 0;
    }

    /** Does all there is to do, and looks at it after every step. */
    final void run() {
        for (int steps = 0; step(); steps++) {
            observe();
            require(steps < MAX_STEPS, "an end of steps without anything new from the peer (invariant 8)");
        }
        observe();
    }

    /** After every step, octet by octet: with plain comparisons, which cost a fuzzer least. */
    final void observe() {
        State state = state();
        if (tlsBegins < 0 && state == State.PROPOSED_WITH_HELLO) {
            // Observed before the command leaves, whose octets are the last in the clear.
            tlsBegins = sent().length() + COMMAND.length();
        }
        if (tlsBegins < 0 && (state == State.HANDSHAKING || state == State.SECURE || state == State.CLOSING)) {
            tlsBegins = sent().length();
        }
        boolean ready = connection.ready();
        require(tlsBegins < 0 || (state != State.PLAINTEXT && state != State.PROPOSED), "no way back (invariant 3)");
        require(held() <= MAX_HELD, "memory that is bounded (invariant 5)");
        require(ready || state.terminal() || deadline().isPresent(), "an end to every wait (invariant 12)");
        require(ready || received().isEmpty(), "nothing for the application before it is ready (invariant 1)");
        require(remembered().map(List::isEmpty).orElse(true), "nothing remembered of before TLS (invariant 4)");
        failure().ifPresent(this::requireTyped);
    }

    private void require(boolean so, String what) {
        if (!so) {
            throw new AssertionError("Expected " + what + ", in state " + state() + " of the " + role);
        }
    }

    /** Invariant 11: nothing but what the calls declare, and before the connection is ready one exception alone. */
    private void requireTyped(Exception why) {
        if (why instanceof IllegalStateException
                && String.valueOf(why.getMessage()).endsWith("the dialogue is at fault")) {
            // A step of the test's own dialogue that the table does not have: refused, and no fault of the
            // connection's.
            return;
        }
        if (!(why instanceof IOException)) {
            throw new AssertionError("Expected a typed failure, got another in state " + state(), why);
        }
        if (!connection.ready() && !(why instanceof UpgradeException)) {
            throw new AssertionError("Expected an UpgradeException before ready, got another", why);
        }
        require(!String.valueOf(why.getMessage()).contains(SECRET.strip()), "no secret in a message (invariant 7)");
    }

    /** Looks at the whole of it once nothing more happens. {@code peerInside} is all that the peer said inside TLS. */
    final void requireSound(String peerInside) {
        observe();
        String sent = sent();
        if (inTls()) {
            // Invariant 1: what was given out as heard inside TLS is what the peer said inside TLS.
            assertThat(peerInside).as("said inside TLS").startsWith(dialogue.heardInside() + received());
            requireRecords(sent.substring(Math.min(tlsBegins, sent.length())));
        } else if (policy.enforced()) {
            assertThat(received()).as("given to the application in the clear").isEmpty();
        }
        // Invariant 2.
        String clear = inTls() ? sent.substring(0, Math.min(tlsBegins, sent.length())) : sent;
        if (role == Role.CLIENT && (inTls() || policy.enforced())) {
            List<String> all = policy == TlsPolicy.IMPLICIT ? List.of("") : CLEAR;
            assertThat(all).as("all that a client may say in the clear").anySatisfy(words -> assertThat(words)
                    .startsWith(clear));
        }
        if (inTls() || policy.enforced()) {
            assertThat(clear).as("said in the clear").doesNotContain(SECRET);
        }
        if (failure().isPresent()) {
            assertThat(state()).as("state after " + failure()).isIn(State.FAILED, State.CLOSED);
        }
    }

    private void requireRecords(String octets) {
        int at = 0;
        while (at + 5 <= octets.length()) {
            assertThat((int) octets.charAt(at))
                    .as("type of the record at " + at)
                    .isBetween(20, 23);
            assertThat((int) octets.charAt(at + 1))
                    .as("version of the record at " + at)
                    .isEqualTo(3);
            int length = octets.charAt(at + 3) << 8 | octets.charAt(at + 4);
            assertThat(length).as("length of the record at " + at).isBetween(1, 16_384 + 2_048);
            at += 5 + length;
        }
        if (at != octets.length()) {
            assertThat(failure()).as("an unfinished record at the end").isPresent();
        }
    }
}
