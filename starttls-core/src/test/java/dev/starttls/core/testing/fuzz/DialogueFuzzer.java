package dev.starttls.core.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.line.LineException;
import dev.starttls.core.line.codec.LineDecoder;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A dialogue and a peer that sends any lines and literals. The driver calls the dialogue as a connection does, and decides a
 * second time, by the state, what a step may do; what the dialogue throws is thrown.
 *
 * <p>An input of an odd length lets a client send its upgrade command unasked. Its first octet chooses the policy; the rest are
 * lines that end in LF. In them DEL stands for {@link #SECRET}; a line that begins with STX stands for something that is not a
 * line.
 */
public final class DialogueFuzzer {

    /** What must never be in a message; no dialogue has it in its own texts. */
    public static final String SECRET = "Zq7-tHe-sEcReT-kX9";

    private static final int MAX_LINES = 400;
    private static final int MAX_LINES_OUT = 2_000;
    /** What the limits of a connection allow in a phase. */
    private static final int MAX_OCTETS = 65_536;

    private static final char DEL = 0x7f;
    private static final char STX = 2;

    /** Examines a dialogue right after {@link Dialogue#secured}. */
    public interface Probe {
        /** Fails if the dialogue remembers anything from before. */
        void forgotten(Dialogue dialogue);
    }

    private final Dialogue dialogue;
    private final TlsPolicy policy;
    private final Probe probe;
    private final boolean client;
    private boolean unaskedAllowed;
    private boolean unasked;
    private boolean inside;
    private boolean proposed;
    private boolean declined;

    private DialogueFuzzer(Dialogue dialogue, TlsPolicy policy, Probe probe) {
        this.dialogue = dialogue;
        this.policy = policy;
        this.probe = probe;
        this.client = dialogue.role() == Role.CLIENT;
    }

    /** Runs an input against the dialogue made for the policy that it chooses. */
    public static void run(byte[] octets, Function<TlsPolicy, Dialogue> maker, Probe probe) {
        FuzzInput input = new FuzzInput(octets);
        TlsPolicy policy = input.of(TlsPolicy.REQUIRED, TlsPolicy.OPPORTUNISTIC, TlsPolicy.IMPLICIT);
        String text = new String(input.rest(), StandardCharsets.ISO_8859_1)
                .replace("\r", "")
                .replace("\0", "")
                .replace(String.valueOf(DEL), SECRET);
        DialogueFuzzer fuzzer = new DialogueFuzzer(maker.apply(policy), policy, probe);
        if (fuzzer.client && policy != TlsPolicy.IMPLICIT && octets.length % 2 == 1) {
            fuzzer.unaskedAllowed = true;
            fuzzer.dialogue.direct();
        }
        fuzzer.run(List.of(text.split("\n", MAX_LINES)));
    }

    private void run(List<String> lines) {
        Step step = policy == TlsPolicy.IMPLICIT ? secured() : opened();
        for (String line : lines) {
            step = untilAwaiting(step);
            if (step instanceof Step.Await await && counted(await.frame()) > 0) {
                int octets = counted(await.frame());
                if (octets > MAX_OCTETS) {
                    return;
                }
                step = check(dialogue.octets(Arrays.copyOf(line.getBytes(StandardCharsets.ISO_8859_1), octets)));
            } else if (step instanceof Step.Await || step instanceof Step.Propose || step instanceof Step.Ask) {
                step = hear(line);
            } else {
                return;
            }
        }
        untilAwaiting(step);
    }

    /** The octets that are waited for, where they are counted; 0 where they are not. */
    private static int counted(Frame frame) {
        if (frame instanceof Frame.AtMost piece) {
            return piece.count();
        }
        return frame instanceof Frame.Exactly literal ? literal.count() : 0;
    }

    private Step opened() {
        return check(dialogue.opened());
    }

    private Step secured() {
        inside = true;
        proposed = false;
        Step step = check(dialogue.secured());
        String said = Recorder.text(Recorder.output(step));
        // A greeting inside TLS may announce some.
        assertThat(dialogue.capabilities())
                .as("capabilities when TLS begins, which have not been said inside it")
                .allMatch(said::contains);
        probe.forgotten(dialogue);
        return step;
    }

    /** Takes the steps that need no line of the peer. */
    private Step untilAwaiting(Step from) {
        Step step = from;
        while (true) {
            if (step instanceof Step.Proceed) {
                step = secured();
            } else if (step instanceof Step.Decline decline && !policy.enforced()) {
                declined = true;
                proposed = false;
                step = check(dialogue.declined(decline.reason()));
            } else {
                return step;
            }
        }
    }

    private Step hear(String line) {
        if (!line.isEmpty() && line.charAt(0) == STX) {
            Step step = check(dialogue.malformed(broken(line)));
            assertThat(step)
                    .as("the step after something that is no line")
                    .isInstanceOfAny(Step.Fail.class, Step.Close.class);
            return step;
        }
        return check(dialogue.received(line));
    }

    private static LineException broken(String line) {
        String octets =
                switch (line.length() % 4) {
                    case 0 -> "\n";
                    case 1 -> "\r.";
                    case 2 -> "\0";
                    default -> "too long";
                };
        try {
            throw new AssertionError("Expected no line, got "
                    + new LineDecoder(3).decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1))));
        } catch (LineException e) {
            return e;
        }
    }

    /** What the state allows, and what may be in a line and in a message. */
    private Step check(Step step) {
        String said = Recorder.text(Recorder.output(step));
        assertThat(said.isEmpty() || said.endsWith("\r\n"))
                .as("CRLF at the end of %s", said)
                .isTrue();
        List<String> lines = said.isEmpty() ? List.of() : List.of(said.split("\r\n"));
        assertThat(lines).as("lines of a step").hasSizeLessThanOrEqualTo(MAX_LINES_OUT);
        for (String line : lines) {
            assertThat(line.chars()).as("octets of a line").noneMatch(c -> c == '\r' || c == '\n' || c == 0 || c > 255);
        }
        if (step instanceof Step.Ask) {
            assertThat(client && proposed && unasked).as("may ask").isTrue();
            proposed = false;
            unasked = false;
            unaskedAllowed = false;
        }
        if (client && proposed && !(step instanceof Step.Decline)) {
            assertThat(lines).as("said between the upgrade command and TLS").isEmpty();
        }
        if (step instanceof Step.Propose propose) {
            unasked = propose.offer() == Step.Offer.UNREAD;
            assertThat(unasked && !unaskedAllowed)
                    .as("proposed unasked where it may not be")
                    .isFalse();
            assertThat(client && !inside && !proposed && !declined)
                    .as("may propose")
                    .isTrue();
            proposed = true;
        } else if (step instanceof Step.Proceed) {
            assertThat(inside).as("another go-ahead inside TLS").isFalse();
            assertThat(client ? proposed : lines.size() == 1).as("may go ahead").isTrue();
        } else if (step instanceof Step.Decline) {
            assertThat(client && !inside && !declined).as("may decline").isTrue();
        } else if (step instanceof Step.Ready) {
            assertThat(inside || (!policy.enforced() && (declined || !client)))
                    .as("may be ready")
                    .isTrue();
        } else if (step instanceof Step.Fail fail) {
            assertThat(fail.detail()).as("detail of a failure").isNotBlank().doesNotContain(SECRET);
            if (!client) {
                assertThat(fail.reply()).as("a client's line in a failure").doesNotContain(SECRET);
            }
        }
        return step;
    }
}
