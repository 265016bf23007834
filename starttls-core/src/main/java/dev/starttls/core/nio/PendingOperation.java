package dev.starttls.core.nio;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A read, a write or the end of the output that is under way on a loop. Only the loop's thread goes on with it. */
final class PendingOperation {

    /** In the place of one where there is none. */
    static final PendingOperation NONE =
            new PendingOperation(Kind.NONE, ByteBuffer.allocate(0), new CompletableFuture<>(), 0, 0);

    private final Kind kind;
    private final ByteBuffer buffer;
    private final long limit;
    private final CompletableFuture<Integer> future;
    private long deadline;
    private int count;
    private boolean begun;
    /** The loop completes it, or has done so: whatever else completes its future gives it up. */
    private volatile boolean settled;

    enum Kind {
        NONE,
        READ,
        WRITE,
        /** Nothing is written after it. */
        END
    }

    /**
     * One that begins now.
     *
     * @param limit how long it may take without any progress, in nanoseconds; 0 for no limit
     */
    PendingOperation(Kind kind, ByteBuffer buffer, CompletableFuture<Integer> future, long limit, long now) {
        this.kind = kind;
        this.buffer = buffer;
        this.future = future;
        this.limit = limit;
        this.deadline = now + limit;
    }

    Kind kind() {
        return kind;
    }

    boolean present() {
        return kind != Kind.NONE;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    CompletableFuture<Integer> future() {
        return future;
    }

    boolean settled() {
        return settled;
    }

    /** Returns true the first time. */
    boolean begin() {
        boolean first = !begun;
        begun = true;
        return first;
    }

    /** Octets have moved, or the peer has taken what waited: it has its time again. */
    void progress(int octets, long now) {
        count += octets;
        deadline = now + limit;
    }

    private Optional<Long> due() {
        return limit > 0 ? Optional.of(deadline) : Optional.empty();
    }

    static Optional<Long> soonest(PendingOperation one, PendingOperation other) {
        if (one.limit == 0 || other.limit == 0) {
            return one.limit == 0 ? other.due() : one.due();
        }
        return one.deadline - other.deadline < 0 ? one.due() : other.due();
    }

    boolean late(long now) {
        return limit > 0 && now - deadline >= 0;
    }

    long limit() {
        return limit;
    }

    /** What depends on the future is code of the application. */
    void complete() {
        complete(count);
    }

    void complete(int result) {
        settled = true;
        LoopThread.contained(() -> future.complete(result), fault -> {});
    }

    void fail(Throwable why) {
        settled = true;
        LoopThread.contained(() -> future.completeExceptionally(why), fault -> {});
    }
}
