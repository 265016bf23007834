package dev.starttls.conformance.peers;

import dev.starttls.conformance.peers.PeerRun.Transcripts;
import dev.starttls.conformance.target.Scheme;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * Prints what the suite finds in the servers of the tests, with transcripts, to be compared by hand; {@code --record} writes
 * the lists into their files. Arguments are names of servers; all without one.
 */
final class PeerLists {
    private PeerLists() {}

    public static void main(String[] arguments) throws Exception {
        List<String> names = new ArrayList<>(List.of(arguments));
        boolean recorded = names.remove("--record");
        List<PeerFile> files = new ArrayList<>(PeerFile.all("light"));
        files.addAll(PeerFile.all("heavy"));
        for (PeerFile file : files) {
            if (!names.isEmpty() && !names.contains(file.name())) {
                continue;
            }
            System.out.println("=== " + file.name());
            PeerRun run;
            try {
                run = PeerRun.of(file);
            } catch (TestAbortedException e) {
                System.out.println(e.getMessage());
                continue;
            }
            for (Scheme scheme : file.schemes()) {
                System.out.println(run.details(scheme, Transcripts.SHOWN));
                System.out.println(run.reports().get(scheme).took());
            }
            if (recorded) {
                file.record(run.found());
            }
        }
        System.exit(0);
    }
}
