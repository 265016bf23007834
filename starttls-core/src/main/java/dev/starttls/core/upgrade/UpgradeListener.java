package dev.starttls.core.upgrade;

/**
 * Receives the events of an upgrade, for logs and metrics. Called by the thread that drives the connection, in the middle of
 * its work: return soon and do not throw.
 *
 * <pre>{@code
 * UpgradeListener listener = new UpgradeListener() {
 *     public void blocked(UpgradeException why) { metrics.increment("mail.blocked", why.resultType()); }
 * };
 * }</pre>
 */
public interface UpgradeListener {

    /** Ignores all events. */
    UpgradeListener NONE = new UpgradeListener() {};

    /** The upgrade command was sent, perhaps a second time ({@link DirectUpgrade}), or on a server accepted. */
    default void proposed() {}

    /**
     * The session is inside TLS: on a client once its capabilities were asked again, on a server once the handshake is
     * done.
     *
     * @param report of the upgrade as it stands
     */
    default void upgraded(UpgradeReport report) {}

    /**
     * There is no TLS, and the policy lets the session go on in plaintext.
     *
     * @param reason {@link FailureReason#NOT_OFFERED}, {@link FailureReason#REFUSED} or {@link
     *     FailureReason#PREAUTHENTICATED}
     */
    default void declined(FailureReason reason) {}

    /**
     * There is less TLS than {@link DowngradeDetection} remembers, under any policy but {@link TlsPolicy#DISABLED}: someone in the
     * middle may have removed it. Of a session in plaintext, {@link #declined} follows, or {@link #failed} and {@link #blocked}; of one
     * in an older version, {@link #upgraded}.
     *
     * @param how it was, and how it is
     */
    default void downgraded(Downgrade how) {}

    /**
     * There is no TLS, or none that can be trusted, and the policy does not allow anything to be sent, or what is remembered
     * of the server does not ({@link DowngradeDetection}): the mail stays here. {@link #failed} was called with the same exception
     * before.
     *
     * @param why what the caller of the connection gets too
     */
    default void blocked(UpgradeException why) {}

    /**
     * The upgrade failed, under any policy. Not called on a server after {@link #upgraded}: what ends the session then is
     * not a failure of the upgrade, and what a handler throws then goes to the uncaught-exception handler of the loop's thread, or
     * is the cause of what {@code ServerSetup.serve} throws; its session's end always says it ({@link Dialogue#ended}). On a
     * server that could not make an engine, the session goes on without it: this is called
     * once for that, and once more if the connection fails later.
     *
     * @param why what the caller of the connection gets too
     */
    default void failed(UpgradeException why) {}

    /**
     * Code to which the end of the session was reported threw ({@link Dialogue#ended}, and so the handlers of the
     * protocols), or a {@link DialogueTranscript}. It is reported nowhere else.
     *
     * @param thrown what it threw
     */
    default void uncaught(Throwable thrown) {}
}
