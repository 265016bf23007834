package dev.starttls.core.nio;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The loops that serve the connections of one listening channel. A connection goes to the one that has the fewest, and of
 * several that have as few to each in turn: sessions differ in length, so that counting those accepted would fill a loop
 * whose clients stay. Used by all threads of the loops.
 */
final class ServingLoops {

    private final List<SelectorLoop> loops;
    private final AtomicInteger turn = new AtomicInteger();

    ServingLoops(List<SelectorLoop> loops) {
        this.loops = List.copyOf(loops);
    }

    /** Takes a place for a connection in one of them, if there is any. */
    Optional<SelectorLoop> reserve() {
        // Another thread may take the last place of one meanwhile, and leaves those of the others; each is tried once
        // at least.
        int first = Math.floorMod(turn.getAndIncrement(), loops.size());
        SelectorLoop fewest = loops.get(first);
        int least = underway(fewest);
        for (int i = 1; i < loops.size(); i++) {
            SelectorLoop other = loops.get((first + i) % loops.size());
            int count = underway(other);
            if (count < least) {
                fewest = other;
                least = count;
            }
        }
        return fewest.reserve()
                ? Optional.of(fewest)
                : loops.stream().filter(SelectorLoop::reserve).findFirst();
    }

    private static int underway(SelectorLoop loop) {
        return loop.closing() ? Integer.MAX_VALUE : loop.underway();
    }

    /** One that can accept, if there is any that is not closing. */
    Optional<SelectorLoop> open() {
        return loops.stream().filter(loop -> !loop.closing()).findFirst();
    }

    /** Has something done on the thread of the accepting loop when any of them has room: to be called on that thread. */
    RoomWatch watch(SelectorLoop accepting, Runnable resume) {
        return new RoomWatch(accepting, resume);
    }

    /** Asks the loops to report room, each once until it has. */
    final class RoomWatch {

        private final SelectorLoop accepting;
        private final Runnable resume;
        private final List<RoomRequest> asked;

        private RoomWatch(SelectorLoop accepting, Runnable resume) {
            this.accepting = accepting;
            this.resume = resume;
            this.asked = loops.stream().map(RoomRequest::new).toList();
        }

        void ask() {
            asked.forEach(RoomRequest::ask);
        }

        private final class RoomRequest implements Runnable {

            private final SelectorLoop loop;
            private final AtomicBoolean waiting = new AtomicBoolean();

            RoomRequest(SelectorLoop loop) {
                this.loop = loop;
            }

            void ask() {
                if (!waiting.compareAndSet(false, true)) {
                    return;
                }
                if (loop == accepting) {
                    loop.whenRoom(this);
                } else {
                    loop.execute(() -> loop.whenRoom(this));
                }
            }

            @Override
            public void run() {
                waiting.set(false);
                if (loop == accepting) {
                    resume.run();
                } else {
                    accepting.execute(resume);
                }
            }
        }
    }
}
