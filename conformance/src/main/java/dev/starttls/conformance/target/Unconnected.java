package dev.starttls.conformance.target;

/** Why there is no connection to a target, for the user. */
public final class Unconnected {
    private Unconnected() {}

    /**
     * The sentence.
     *
     * @param why what the network said
     */
    public static String message(Target target, String why) {
        return "cannot connect to " + target.url() + ": " + why
                + (why.endsWith("onnection refused")
                        ? "; see whether a server listens on that port, and whether a firewall refuses"
                        : "");
    }
}
