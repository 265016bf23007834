package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;

/** An ALERT of the server in plaintext: RFC 9051 section 7.1 wants it ignored, or marked as suspicious. */
final class PlaintextAlert {
    /** What a reader of the program's window can look for. */
    static final String TEXT = "Your mailbox is full: visit http://alert.example";

    /** The same, as a person at the client is asked for it. */
    static final String SHOWN = "'" + TEXT + "' as the server's message, not marked as suspicious";

    private PlaintextAlert() {}

    static Verdict judge(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() == Status.FAIL) {
            return plain;
        }
        return trial.ending().output().contains(TEXT)
                ? Verdict.warn("printed the alert that came in plaintext, '" + TEXT
                        + "': no fault if it is marked as suspicious, or part of a trace that was asked for")
                : Verdict.undecided("only who sees the program knows whether it shows '" + TEXT
                        + "' as the server's message, unmarked");
    }
}
