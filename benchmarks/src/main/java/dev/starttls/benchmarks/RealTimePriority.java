package dev.starttls.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives a thread real-time priority. The measured clients share this machine, while real clients have machines of their
 * own: on the core of a busy loop they would wait for the end of a scheduler slice, some milliseconds that the loop
 * does not cause.
 */
public final class RealTimePriority {

    private static final Path THREAD = Path.of("/proc/thread-self");
    /**
     * The index of the real-time priority in {@code stat}, 0 for none, counted from the field after the name (proc(5)).
     */
    private static final int PRIORITY = 37;

    private RealTimePriority() {}

    /**
     * Whether a thread of this process can get real-time priority.
     *
     * @return as tried with a new thread
     * @throws InterruptedException if the calling thread was interrupted
     */
    public static boolean available() throws InterruptedException {
        AtomicBoolean acquired = new AtomicBoolean();
        Thread thread = new Thread(() -> acquired.set(acquire()), "real-time-priority");
        thread.start();
        thread.join();
        return acquired.get();
    }

    /**
     * Raises the calling thread's priority, if that is possible: as root on Linux with {@code chrt}. If the process was
     * itself started with a real-time priority, the thread gets a higher one than the others.
     *
     * @return whether it has it
     */
    public static boolean acquire() {
        try {
            if (!Files.exists(THREAD)) {
                return false;
            }
            String thread = Files.readSymbolicLink(THREAD).getFileName().toString();
            int present = priority(Files.readString(THREAD.resolve("stat")));
            String above = Integer.toString(present + 1);
            Process process = new ProcessBuilder(List.of("chrt", "--rr", "--pid", above, thread))
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

    /**
     * A command whose process has a lower priority than this one, as far as the system allows it.
     *
     * @param command of the process
     * @return the command that starts it with that priority
     * @throws IOException if the priority of this process cannot be read
     */
    public static List<String> withLowerPriority(List<String> command) throws IOException {
        if (!Files.exists(THREAD)) {
            return command;
        }
        int present = priority(Files.readString(THREAD.resolve("stat")));
        List<String> lowered = new ArrayList<>(
                present > 1 ? List.of("chrt", "--rr", Integer.toString(present - 1)) : List.of("nice", "-n", "19"));
        lowered.addAll(command);
        return lowered;
    }

    /** The name of a thread, which precedes the other fields in parentheses, may itself have parentheses and spaces. */
    static int priority(String stat) {
        return Integer.parseInt(stat.substring(stat.lastIndexOf(") ") + 2).split(" ", -1)[PRIORITY]);
    }
}
