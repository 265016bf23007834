package dev.starttls.pop3;

/** The status indicator that a response begins with (RFC 1939 section 3); always in upper case. */
public enum Pop3Status {
    /** Done. */
    OK("+OK"),
    /** Not done. */
    ERR("-ERR");

    private final String indicator;

    Pop3Status(String indicator) {
        this.indicator = indicator;
    }

    /**
     * As it is sent.
     *
     * @return for instance "+OK"
     */
    public String indicator() {
        return indicator;
    }
}
