package dev.starttls.conformance.dns;

/** What dnsjava logs, by SLF4J, which would say on standard error that nothing takes its logs. */
public final class DnsLog {
    private static final String VERBOSITY = "slf4j.internal.verbosity";

    private DnsLog() {}

    /** Keeps SLF4J quiet about that, unless the process has a setting of its own; before dnsjava is first called. */
    public static void silence() {
        if (System.getProperty(VERBOSITY) == null) {
            System.setProperty(VERBOSITY, "ERROR");
        }
    }
}
