package dev.starttls.benchmarks.flood;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets a thread run as soon as it can. The others are on this machine, where in life they have one of their own: on the core of
 * a loop that is kept busy they would wait for the scheduler to end its slice, some milliseconds, which is none of the loop's
 * doing.
 */
public final class Precedence {

    private static final Path THREAD = Path.of("/proc/thread-self");

    private Precedence() {}

    /**
     * Whether a thread of this process can take it.
     *
     * @return as tried with a new one
     * @throws InterruptedException if the calling thread was interrupted
     */
    public static boolean possible() throws InterruptedException {
        AtomicBoolean taken = new AtomicBoolean();
        Thread thread = new Thread(() -> taken.set(take()), "precedence");
        thread.start();
        thread.join();
        return taken.get();
    }

    /**
     * Takes it for the calling thread, where that is possible: as root on Linux with {@code chrt}.
     *
     * @return whether it has it
     */
    static boolean take() {
        try {
            if (!Files.exists(THREAD)) {
                return false;
            }
            String thread = Files.readSymbolicLink(THREAD).getFileName().toString();
            Process process = new ProcessBuilder(List.of("chrt", "--rr", "--pid", "1", thread))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
