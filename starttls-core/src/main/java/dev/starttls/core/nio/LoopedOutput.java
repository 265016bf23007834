package dev.starttls.core.nio;

import dev.starttls.core.upgrade.Want;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What a loop writes to one channel: the application's octets, and what TLS has to say besides. For the loop's thread only. */
final class LoopedOutput {

    private final StartTlsChannel channel;
    /** Writing what waits has failed: the next write meets it. */
    private boolean broken;

    LoopedOutput(StartTlsChannel channel) {
        this.channel = channel;
    }

    /** Whether octets wait for the transport. */
    boolean waits() {
        return channel.network().hasOutput() || channel.network().hasAnswers();
    }

    /** Whether the transport is to be waited for. */
    boolean wantsTransport() {
        return !broken && waits();
    }

    /** Whether all of a write has left. */
    boolean done(PendingOperation write) {
        return !waits() && !write.buffer().hasRemaining();
    }

    /**
     * Whether a write can go on although it has just not: what it waited for has left since, in the same call, or with what a
     * read had to send. No event would come for that. A write that is tried takes octets, leaves some that wait, or fails.
     */
    boolean ready(PendingOperation write) {
        return write.present() && !waits() && channel.connection().want() != Want.TASK;
    }

    /** Goes on with a write. Returns whether more can be done now, or it is done. */
    boolean advance(PendingOperation write, TimeSlice slice) throws IOException {
        // Until it has come to its end without a failure.
        broken = true;
        int count = step(write);
        broken = false;
        slice.taken(Math.max(1, count));
        boolean left = !waits();
        if (count > 0 || left) {
            write.progress(count, slice.now());
        }
        return left && (count > 0 || !write.buffer().hasRemaining());
    }

    private int step(PendingOperation write) throws IOException {
        if (write.kind() == PendingOperation.Kind.END) {
            if (write.begin()) {
                channel.shutdownOutput();
            } else {
                channel.flush();
            }
            return 0;
        }
        ByteBuffer src = write.buffer();
        int limit = src.limit();
        src.limit(src.position() + Math.min(src.remaining(), TimeSlice.OCTETS));
        try {
            return channel.write(src);
        } finally {
            src.limit(limit);
        }
    }

    /** Writes answers of TLS, and what a write has left that was late. Returns whether all that waited has left. */
    boolean flush() {
        boolean waited = waits();
        if (broken || (!waited && channel.connection().want() != Want.WRITE)) {
            return false;
        }
        try {
            return channel.flush() && waited;
        } catch (IOException e) {
            broken = true;
            return false;
        }
    }
}
