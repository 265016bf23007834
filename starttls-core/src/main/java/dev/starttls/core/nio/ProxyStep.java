package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import java.util.Objects;

/** What a {@link ProxyDialogue} wants next. */
public sealed interface ProxyStep {

    /**
     * Say something, perhaps nothing, and wait for a reply. All replies of a proxy together are bounded by {@link
     * dev.starttls.core.upgrade.UpgradeLimits#octetsPerPhase}, and in time by {@link
     * dev.starttls.core.upgrade.UpgradeLimits#timePerPhase}.
     *
     * @param output to send; not shown in messages, since it may hold a password
     * @param reply where the reply ends
     */
    record Ask(Output output, Frame reply) implements ProxyStep {
        /** Checks that nothing is missing. */
        public Ask {
            Objects.requireNonNull(output, "output: expected octets to send, got null; Output.none() is for none");
            Objects.requireNonNull(reply, "reply: expected where the reply ends, got null");
        }
    }

    /** The proxy has connected to the server: what comes from here is the server's. */
    record Open() implements ProxyStep {}

    /**
     * The proxy did not connect to the server, or is no proxy of this kind. Connecting fails with {@link
     * dev.starttls.core.upgrade.FailureReason#CONNECT_FAILED}.
     *
     * @param expected what was waited for
     * @param reply what came instead, for people; control characters are replaced
     * @param hint what a person may try; empty for the general advice
     */
    record Refuse(String expected, String reply, String hint) implements ProxyStep {
        /** Checks that nothing is missing. */
        public Refuse {
            Objects.requireNonNull(expected, "expected: expected words, got null");
            Objects.requireNonNull(reply, "reply: expected words, got null; an empty text is for none");
            Objects.requireNonNull(hint, "hint: expected words, got null; an empty text is for none");
        }
    }

    /**
     * Say something, perhaps nothing, and wait for a reply.
     *
     * @param output to send
     * @param reply where the reply ends
     * @return the step
     */
    static ProxyStep ask(Output output, Frame reply) {
        return new Ask(output, reply);
    }

    /**
     * The proxy has connected to the server.
     *
     * @return the step
     */
    static ProxyStep open() {
        return new Open();
    }

    /**
     * The proxy did not connect to the server.
     *
     * @param expected what was waited for
     * @param reply what came instead
     * @return the step
     */
    static ProxyStep refuse(String expected, String reply) {
        return new Refuse(expected, reply, "");
    }
}
