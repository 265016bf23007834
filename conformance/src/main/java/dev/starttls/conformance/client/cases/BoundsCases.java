package dev.starttls.conformance.client.cases;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.connection.Transcript.Through;
import java.time.Duration;
import java.util.List;

/**
 * Answers that are longer or slower than any good one. How much memory the client takes is not seen; what is seen is that
 * it comes to an end, and does nothing without TLS. What the server sends has an end too.
 */
final class BoundsCases {
    private static final int LINES_AT_ONCE = 100;
    private static final int LINES = 100_000;
    private static final int LONG_LINE = 10_000_000;
    private static final int OCTETS_AT_ONCE = 4000;
    /** How many octets come slowly while a silent server would have lost its patience once. */
    private static final int OCTETS_IN_PATIENCE = 30;

    private BoundsCases() {}

    static List<ClientCase> of(ClientProfile profile) {
        ClientProfile.Listing listing = profile.listing();
        return List.of(
                draft("UP-C-17a", "comes to an end with a list of " + LINES + " capabilities", profile)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        profile.discovery(),
                                        Reply.of(
                                                new Act.Send(listing.head()),
                                                lines(listing.line()),
                                                new Act.Send(listing.tail()))))
                        .judge((trial, control) -> bounded(trial, profile)),
                draft("UP-C-17b", "comes to an end with a line of " + LONG_LINE + " octets", profile)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        profile.discovery(),
                                        Reply.of(
                                                new Act.Send(listing.head() + listing.longLine()),
                                                new Act.Repeat("x".repeat(OCTETS_AT_ONCE), LONG_LINE / OCTETS_AT_ONCE),
                                                new Act.Send("\r\n" + listing.tail()))))
                        .judge((trial, control) -> bounded(trial, profile)),
                draft("UP-C-17c", "comes to an end with an answer that comes octet by octet", profile)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        profile.discovery(),
                                        Reply.of(new Act.Drip(
                                                listing.head() + listing.tail(), between(kit.patience())))))
                        .judge((trial, control) -> bounded(trial, profile)),
                draft("UP-C-17d", "comes to an end with an answer inside TLS that has none", profile)
                        .needs(Control.Need.DISCOVERY)
                        .underEachPolicy()
                        .script(kit -> kit.benign()
                                .on(
                                        Through.TLS,
                                        profile.discovery(),
                                        Reply.of(
                                                new Act.Send(listing.head()),
                                                lines(listing.line()),
                                                new Act.FallSilent())))
                        .judge((trial, control) -> Judgements.stoppedAfter(trial, profile.discovery())));
    }

    private static ClientCase.Draft draft(String id, String title, ClientProfile profile) {
        return ClientCase.of(id, title)
                .clause(profile.clause(ClientRule.BOUNDS))
                .level(Level.SECURITY)
                .why(
                        "A client without a limit can be kept busy, or filled up, by any server and by an attacker on the path,"
                                + " before TLS has said who is there.")
                .fix("Limit the length of a line, the number of lines and the time for one answer.")
                .on(profile.dialect().protocol())
                .allowedWhenOpportunistic()
                .needs(Control.Need.TLS);
    }

    private static Act lines(String line) {
        return new Act.Repeat(line.repeat(LINES_AT_ONCE), LINES / LINES_AT_ONCE);
    }

    private static Duration between(Duration patience) {
        return patience.dividedBy(OCTETS_IN_PATIENCE);
    }

    private static Verdict bounded(Trial trial, ClientProfile profile) {
        if (trial.plaintext().stream().noneMatch(line -> line.is(profile.discovery()))) {
            return Verdict.undecided("the client does not ask for the capabilities before it upgrades");
        }
        Verdict plain = Judgements.nothingExposed(trial);
        return plain.status() == Status.PASS && trial.secured()
                ? plain.withDetail("took the whole answer, and upgraded")
                : plain;
    }
}
