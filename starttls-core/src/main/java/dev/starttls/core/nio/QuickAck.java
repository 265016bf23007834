package dev.starttls.core.nio;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.Optional;
import java.util.Set;

/**
 * Has the kernel acknowledge at once what the peer sends next, where it can (TCP_QUICKACK, on Linux).
 *
 * <p>A peer with Nagle's algorithm on (RFC 9293 section 3.7.4; Postfix) that says two things in two small segments holds the
 * second until the first is acknowledged: a session ticket, and then its reply. A kernel that hopes to acknowledge with what is
 * sent next waits for 40 ms (RFC 9293 section 3.8.6.3), and here nothing is sent before that reply.
 */
final class QuickAck {

    /** In the module jdk.net, which a runtime image may lack and this one must not require. */
    private static final String NAME = "TCP_QUICKACK";

    /** What was found once; the same object for each channel of a JVM that has it. */
    private static volatile Optional<SocketOption<Boolean>> known = Optional.empty();

    private QuickAck() {}

    /**
     * To be called after each write that an answer is expected to: the kernel forgets it when more is sent. Where the system,
     * the JVM or the kind of socket has no such option, nothing is asked for.
     */
    static void ask(NetworkChannel channel) {
        Set<SocketOption<?>> supported = channel.supportedOptions();
        Optional<SocketOption<Boolean>> before = known;
        if (before.isPresent() && supported.contains(before.get())) {
            set(channel, before.get());
            return;
        }
        for (SocketOption<?> option : supported) {
            if (option.name().equals(NAME) && option.type() == Boolean.class) {
                @SuppressWarnings("unchecked") // Its type says so.
                SocketOption<Boolean> found = (SocketOption<Boolean>) option;
                known = Optional.of(found);
                set(channel, found);
                return;
            }
        }
    }

    private static void set(NetworkChannel channel, SocketOption<Boolean> option) {
        try {
            channel.setOption(option, true);
        } catch (IOException e) {
            // The peer has closed the transport already, which reading will show.
            return;
        }
    }
}
