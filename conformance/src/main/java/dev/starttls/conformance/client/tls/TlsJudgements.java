package dev.starttls.conformance.client.tls;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.HandshakeEndedException.How;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the cases of TLS make of a run of the client. */
final class TlsJudgements {

    private TlsJudgements() {}

    /** The client had to refuse during the handshake: nothing may come inside TLS. */
    static Verdict refuses(Trial trial, Control control) {
        return refusal(trial, control, trial.inside());
    }

    /**
     * The same where it is the certificate that had to be refused. RFC 3207 section 4.1: after the handshake "both parties
     * MUST immediately decide whether or not to continue based on the authentication and privacy achieved". A client that
     * then ends the session has refused it, but what it sent before was for a server that it did not know.
     */
    static Verdict refusesCertificate(Trial trial, Control control) {
        return exposed(trial, control).or(() -> refusedInside(trial, control)).orElseGet(() -> refuses(trial, control));
    }

    private static Optional<Verdict> refusedInside(Trial trial, Control control) {
        boolean ended = !trial.inside().isEmpty() && !trial.succeeded() && !trial.hung() && !trial.crashed();
        if (!ended || entrusts(trial) || !entrusts(control.trial())) {
            return Optional.empty();
        }
        String sent = "after the handshake, without a login: sent "
                + trial.inside().stream().map(ReceivedLine::verb).collect(Collectors.joining(", ")) + " inside TLS";
        return Optional.of(
                Judgements.work(trial).isEmpty()
                        ? Verdict.pass("refused it " + sent)
                        : Verdict.warn("refused it late: " + sent));
    }

    /** Whether credentials or a message were sent inside TLS. */
    private static boolean entrusts(Trial trial) {
        return trial.sentInside(line -> line.weight().compareTo(Weight.MESSAGE) >= 0);
    }

    /**
     * The client had to refuse what came after its Finished: it may have sent a command before it saw that, but nothing
     * after the first thing that the server said.
     */
    static Verdict refusesInSession(Trial trial, Control control) {
        return refusal(trial, control, afterAnswer(trial));
    }

    /** The same for what only comes with the first data of the server. */
    static Verdict refusesData(Trial trial, Control control) {
        return trial.secured() && !answered(trial)
                ? Verdict.undecided(
                        "the client ended the connection before the server had anything to say" + why(trial))
                : refusesInSession(trial, control);
    }

    private static Verdict refusal(Trial trial, Control control, List<ReceivedLine> accepted) {
        return inapplicable(trial)
                .or(() -> accepted(trial, accepted))
                .or(() -> exposed(trial, control))
                .or(() -> waited(trial))
                .orElseGet(() -> refused(trial));
    }

    private static Verdict refused(Trial trial) {
        if (trial.crashed()) {
            return Verdict.fail("crashed: " + trial.ending().words());
        }
        return trial.succeeded() && trial.exposed(Weight.COMMAND).isEmpty()
                ? Verdict.fail("refused it, but reports success" + why(trial))
                : Verdict.pass("refused it" + why(trial));
    }

    /** The client has to go on, since a server may do this. */
    static Verdict goesOn(Trial trial, Control control) {
        return inapplicable(trial)
                .or(() -> exposed(trial, control))
                .orElseGet(() -> wentOn(trial, control)
                        ? Verdict.pass("went on inside TLS")
                        : Verdict.fail(
                                trial.hung()
                                        ? "did not go on, and waited until it was ended"
                                        : "did not go on inside TLS" + why(trial)));
    }

    /** The client may go on or refuse, but must not hang. */
    static Verdict either(Trial trial, Control control) {
        return inapplicable(trial)
                .or(() -> exposed(trial, control))
                .or(() -> wentOn(trial, control) ? Optional.of(Verdict.pass("went on inside TLS")) : Optional.empty())
                .or(() -> waited(trial))
                .orElseGet(() -> refused(trial));
    }

    /** As far as with a well-behaved server. */
    private static boolean wentOn(Trial trial, Control control) {
        boolean talked = !afterAnswer(trial).isEmpty()
                || (trial.secured() && afterAnswer(control.trial()).isEmpty());
        return talked && (trial.succeeded() || !control.trial().succeeded());
    }

    private static Optional<Verdict> inapplicable(Trial trial) {
        return trial.inside().isEmpty()
                ? trial.broken()
                        .filter(broken -> broken.how() == How.NOT_APPLICABLE)
                        .map(broken -> Verdict.skip(broken.detail()))
                : Optional.empty();
    }

    private static Optional<Verdict> accepted(Trial trial, List<ReceivedLine> lines) {
        if (!lines.isEmpty()) {
            return Optional.of(
                    Verdict.fail("accepted it, and sent " + lines.get(0).verb() + " inside TLS" + login(lines)));
        }
        return trial.evidence().events(Evidence.Broken.class).stream()
                .filter(broken -> broken.how() == How.WENT_ON)
                .findFirst()
                .map(broken -> Verdict.fail("accepted it, and went on with " + broken.detail()));
    }

    private static String login(List<ReceivedLine> lines) {
        if (lines.stream().anyMatch(ReceivedLine::hasCredentials)) {
            return ", then credentials";
        }
        return lines.stream()
                .filter(line -> line.weight() == Weight.CREDENTIAL)
                .findFirst()
                .map(line -> ", then " + line.verb() + " without credentials")
                .orElse("");
    }

    /** What no client may send in plaintext after TLS has failed; without required TLS that is credentials only. */
    private static Optional<Verdict> exposed(Trial trial, Control control) {
        Weight least = control.policy() == ClientPolicy.OPPORTUNISTIC ? Weight.CREDENTIAL : Weight.COMMAND;
        return trial.exposed(least).map(line -> Verdict.fail("sent " + line + " in plaintext when TLS had failed"));
    }

    private static Optional<Verdict> waited(Trial trial) {
        if (trial.hung()) {
            return Optional.of(Verdict.warn("did not go on, and waited until it was ended"));
        }
        return trial.broken()
                .filter(broken -> broken.how() == How.SILENCE)
                .map(broken -> Verdict.warn("did not go on, but waited for more: " + broken.detail()));
    }

    private static String why(Trial trial) {
        return trial.broken()
                .map(broken -> (broken.how() == How.ALERT ? ": the alert " : ": ") + broken.detail())
                .orElseGet(() ->
                        ": closed the connection; the client: " + trial.ending().words());
    }

    private static boolean answered(Trial trial) {
        return trial.evidence().events(Evidence.Sent.class).stream().anyMatch(sent -> sent.through() == Through.TLS);
    }

    /** The lines of the client inside TLS that came after the server had said something there. */
    static List<ReceivedLine> afterAnswer(Trial trial) {
        Set<Integer> answered = new HashSet<>();
        List<ReceivedLine> lines = new ArrayList<>();
        for (Evidence.Event event : trial.evidence().events()) {
            if (event instanceof Evidence.Sent sent && sent.through() == Through.TLS) {
                answered.add(sent.connection());
            } else if (event instanceof Evidence.Line line
                    && line.through() == Through.TLS
                    && answered.contains(line.connection())) {
                lines.add(line.line());
            }
        }
        return lines;
    }
}
