package dev.starttls.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    /** Where {@code stat} has the real-time priority, 0 for none, counted from the field behind the name (proc(5)). */
    private static final int PRIORITY = 37;

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
     * Takes it for the calling thread, where that is possible: as root on Linux with {@code chrt}. Those that it was to wait
     * for before, others of a process that has itself been started with a real-time priority, it comes before then.
     *
     * @return whether it has it
     */
    public static boolean take() {
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
     * A command whose process comes behind the calling thread's process, as far as the system lets it.
     *
     * @param command of the process
     * @return what starts it so
     * @throws IOException if the priority of this process cannot be told
     */
    public static List<String> behind(List<String> command) throws IOException {
        if (!Files.exists(THREAD)) {
            return command;
        }
        int present = priority(Files.readString(THREAD.resolve("stat")));
        List<String> behind = new ArrayList<>(
                present > 1 ? List.of("chrt", "--rr", Integer.toString(present - 1)) : List.of("nice", "-n", "19"));
        behind.addAll(command);
        return behind;
    }

    /** The name of a thread, which precedes the other fields in parentheses, may have parentheses and spaces of its own. */
    static int priority(String stat) {
        return Integer.parseInt(stat.substring(stat.lastIndexOf(") ") + 2).split(" ", -1)[PRIORITY]);
    }
}
