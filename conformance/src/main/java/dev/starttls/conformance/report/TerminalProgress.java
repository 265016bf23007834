package dev.starttls.conformance.report;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.run.RunListener;
import dev.starttls.conformance.target.Subject;
import java.io.PrintStream;

/** One line on a terminal that is overwritten as the run progresses. */
public final class TerminalProgress implements RunListener {
    private static final String BACK_AND_ERASE = "\r\u001b[K";

    private final PrintStream err;
    private String target = "";
    private int total;
    private int done;

    public TerminalProgress(PrintStream err) {
        this.err = err;
    }

    @Override
    public void asks(Subject asked) {
        err.print(BACK_AND_ERASE + asked.url() + "  ...");
        err.flush();
    }

    @Override
    public void begun(Subject begun, int checks) {
        target = begun.url();
        total = checks;
        done = 0;
        show("");
    }

    @Override
    public void done(CheckResult result) {
        done++;
        show(result.check().id() + " " + result.verdict().status().key());
    }

    private void show(String last) {
        err.print(BACK_AND_ERASE + target + "  " + done + "/" + total + "  " + last);
        err.flush();
    }

    @Override
    public void over() {
        err.print(BACK_AND_ERASE);
        err.flush();
    }
}
