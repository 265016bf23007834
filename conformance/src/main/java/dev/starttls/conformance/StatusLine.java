package dev.starttls.conformance;

import java.io.PrintStream;

/** One line on a terminal that is overwritten, and erased when something else is written. */
final class StatusLine {
    private static final String BACK_AND_ERASE = "\r\u001b[K";

    /** A wrapped line could not be erased, so the line is shorter than the narrowest usual terminal, of 80 columns. */
    private static final int WIDTH = 79;

    private final PrintStream err;
    private boolean shown;

    StatusLine(PrintStream err) {
        this.err = err;
    }

    void show(String text) {
        err.print(BACK_AND_ERASE + (text.length() > WIDTH ? text.substring(0, WIDTH) : text));
        err.flush();
        shown = true;
    }

    void erase() {
        if (shown) {
            err.print(BACK_AND_ERASE);
            err.flush();
            shown = false;
        }
    }
}
