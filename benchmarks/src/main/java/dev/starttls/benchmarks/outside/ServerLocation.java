package dev.starttls.benchmarks.outside;

import java.util.ArrayList;
import java.util.List;

/**
 * The location of a server.
 *
 * @param host the name that clients use
 * @param address on which it listens
 * @param prefix of the commands that are run there
 */
public record ServerLocation(String host, String address, List<String> prefix) {

    /** This machine's loopback. */
    public static final ServerLocation LOOPBACK = new ServerLocation("localhost", "127.0.0.1", List.of());

    /**
     * A command that runs there.
     *
     * @param program with its arguments
     * @return what is to be started here
     */
    List<String> command(List<String> program) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(program);
        return command;
    }
}
