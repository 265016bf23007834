package dev.starttls.conformance.client.smtp;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.CaseKit;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Extensions that the server offers only before TLS, and which do not count inside. */
final class SmtpExtensionCases {
    private static final String INSIDE = "AUTH PLAIN LOGIN";
    private static final String STALE =
            "What the server said in plaintext may be an attacker's: an extension that the server does not have makes it"
                    + " refuse the mail, or lose step.";
    private static final String ANEW = "Forget the extensions when TLS begins, and take those of the second EHLO.";

    private SmtpExtensionCases() {}

    static List<ClientCase> all() {
        return List.of(
                draft("SMTP-C-20c", "does not pipeline where PIPELINING was offered only before TLS")
                        .clause("RFC 3207 section 4.2, RFC 2920 section 3.1")
                        .script(kit -> offering(kit, "PIPELINING").on(Through.TLS, "MAIL", Reply.silence()))
                        .judge((trial, control) -> oneByOne(trial)),
                draft("SMTP-C-20d", "does not go by a SIZE that was offered only before TLS")
                        .clause("RFC 3207 section 4.2, RFC 1870 section 6")
                        .script(kit -> offering(kit))
                        .script(kit -> offering(kit, "SIZE 1"))
                        .judgeAll((trials, control) -> size(trials)),
                draft("SMTP-C-20e", "does not use CHUNKING, SMTPUTF8, DSN or 8BITMIME offered only before TLS")
                        .clause("RFC 3207 section 4.2, RFC 3030 section 2, RFC 6531 section 3.4, RFC 3461 section 4")
                        .script(kit -> offering(kit))
                        .script(kit -> offering(kit, "CHUNKING", "BINARYMIME", "SMTPUTF8", "DSN", "8BITMIME"))
                        .judgeAll((trials, control) -> onlyWhenOffered(trials, SmtpExtensionCases::extended)),
                draft("SMTP-C-20f", "does not ask for REQUIRETLS where it was offered only before TLS")
                        .clause("RFC 8689 section 2, section 4.2.1, RFC 3207 section 4.2")
                        .script(kit -> offering(kit))
                        .script(kit -> offering(kit, "REQUIRETLS"))
                        .judgeAll((trials, control) ->
                                onlyWhenOffered(trials, line -> line.is("MAIL") && has(line, "REQUIRETLS"))));
    }

    private static ClientCase.Draft draft(String id, String title) {
        return ClientCase.of(id, title)
                .level(Level.MUST)
                .why(STALE)
                .fix(ANEW)
                .on(Protocol.SMTP)
                .needs(Control.Need.TLS, Control.Need.DISCOVERY, Control.Need.TRANSFER);
    }

    /** Offers these before TLS, and inside only the login. */
    private static Script offering(CaseKit kit, String... before) {
        return kit.benign()
                .offer(Through.PLAINTEXT, "STARTTLS")
                .offerToo(Through.PLAINTEXT, before)
                .offer(Through.TLS, INSIDE);
    }

    private static Verdict oneByOne(Trial trial) {
        if (!trial.sentInside(line -> line.is("MAIL"))) {
            return neverCame(trial);
        }
        return Judgements.following(trial, "MAIL")
                .map(line -> Verdict.fail("sent " + line.verb() + " before MAIL was answered"))
                .orElseGet(() -> Verdict.pass("waited for the answer to MAIL"));
    }

    private static Verdict size(List<Trial> trials) {
        Trial trial = trials.get(1);
        if (!trials.get(0).sentInside(line -> line.is("MAIL"))) {
            return neverCame(trials.get(0));
        }
        if (!trial.secured()) {
            return Verdict.warn("did not upgrade, because of the SIZE that was offered in plaintext: "
                    + trial.ending().words());
        }
        if (!trial.sentInside(line -> line.is("MAIL"))) {
            return Verdict.fail("did not send the mail, for which only the SIZE from before TLS is too small: "
                    + trial.ending().words());
        }
        return onlyWhenOffered(trials, line -> line.is("MAIL") && has(line, "SIZE="));
    }

    private static Verdict onlyWhenOffered(List<Trial> trials, Predicate<ReceivedLine> uses) {
        Trial offered = trials.get(1);
        if (!offered.sentInside(line -> line.is("MAIL"))) {
            return neverCame(offered);
        }
        return offered.inside().stream()
                .filter(uses)
                .findFirst()
                .map(line -> trials.get(0).sentInside(uses)
                        ? Verdict.undecided("it uses the extension whether the server offers it or not: " + line.text())
                        : Verdict.fail("sent " + line.text() + ", which is not offered inside TLS"))
                .orElseGet(() -> Verdict.pass("used nothing that was offered only before TLS"));
    }

    private static Verdict neverCame(Trial trial) {
        return Verdict.undecided(
                "the client did not come to MAIL inside TLS: " + trial.ending().words());
    }

    private static boolean extended(ReceivedLine line) {
        return switch (line.verb()) {
            case "BDAT" -> true;
            case "MAIL" -> has(line, "SMTPUTF8") || has(line, "RET=") || has(line, "ENVID=") || has(line, "BODY=");
            case "RCPT" -> has(line, "NOTIFY=") || has(line, "ORCPT=");
            default -> false;
        };
    }

    private static boolean has(ReceivedLine line, String parameter) {
        return line.argument().toUpperCase(Locale.ROOT).contains(" " + parameter);
    }
}
