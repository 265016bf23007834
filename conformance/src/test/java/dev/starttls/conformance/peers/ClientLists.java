package dev.starttls.conformance.peers;

import dev.starttls.conformance.target.Scheme;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * Prints what the cases find in the clients of the tests, with transcripts, to be compared by hand; {@code --record} writes
 * the lists into their files. Arguments are names of clients; all without one.
 */
final class ClientLists {
    private ClientLists() {}

    public static void main(String[] arguments) throws Exception {
        List<String> names = new ArrayList<>(List.of(arguments));
        boolean recorded = names.remove("--record");
        for (PeerFile file : PeerFile.all("clients")) {
            if (!names.isEmpty() && !names.contains(file.name())) {
                continue;
            }
            ClientPeer client;
            try {
                client = ClientPeer.of(file);
            } catch (TestAbortedException e) {
                System.out.println(file.name() + ": " + e.getMessage());
                continue;
            }
            for (Scheme scheme : file.schemes()) {
                System.out.println("=== " + client.details(scheme));
            }
            if (recorded) {
                file.record(client.found());
            }
        }
        System.exit(0);
    }
}
