package dev.starttls.smtp.policy;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.UpgradeException;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * Sessions that failed alike, as TLS reports have them (RFC 8460 section 4.4).
 *
 * <pre>{@code
 * ReportedFailure failure = ReportedFailure.of(TlsResultType.CERTIFICATE_EXPIRED)
 *         .withMxHost("mx.example.org")
 *         .withReceivingAddress(address);
 * }</pre>
 *
 * <p>Of a report that was received, each text is what the sender of the report wrote, addresses too; {@link #toString} is
 * safe for logs.
 *
 * @param resultType of RFC 8460 section 4.3; of a received report perhaps one that is not known here ({@link #type})
 * @param sendingAddress of the host that connected
 * @param mxHost the name of the host that was connected to
 * @param mxHelo what that host called itself
 * @param receivingAddress of the host that was connected to
 * @param sessions how many, 0 to {@value #MAX_SESSIONS}
 * @param additionalInformation a URI
 * @param reasonCode an error code or a short text
 */
public record ReportedFailure(
        String resultType,
        Optional<String> sendingAddress,
        Optional<String> mxHost,
        Optional<String> mxHelo,
        Optional<String> receivingAddress,
        long sessions,
        Optional<String> additionalInformation,
        Optional<String> reasonCode) {

    /** The greatest number of sessions, which every reader of JSON can hold (RFC 7493 section 2.2): 2<sup>53</sup> - 1. */
    public static final long MAX_SESSIONS = 9_007_199_254_740_991L;

    /** It is meant to be a short text (RFC 8460 section 4.3.3). */
    private static final int MAX_REASON_CODE = 160;

    /**
     * Checks the bounds. A text that is empty, as some senders have it for what they do not know, is taken for none.
     *
     * @throws IllegalArgumentException if the result type is empty, or the number of sessions out of bounds
     */
    public ReportedFailure {
        if (resultType.isEmpty()) {
            throw new IllegalArgumentException("resultType: expected one of RFC 8460 section 4.3, got an empty text");
        }
        sendingAddress = known(sendingAddress, "sendingAddress");
        mxHost = known(mxHost, "mxHost");
        mxHelo = known(mxHelo, "mxHelo");
        receivingAddress = known(receivingAddress, "receivingAddress");
        additionalInformation = known(additionalInformation, "additionalInformation");
        reasonCode = known(reasonCode, "reasonCode");
        requireCount(sessions, "sessions");
    }

    static void requireCount(long count, String what) {
        if (count < 0 || count > MAX_SESSIONS) {
            throw new IllegalArgumentException(what + ": expected 0 to " + MAX_SESSIONS + ", got " + count);
        }
    }

    private static Optional<String> known(Optional<String> text, String what) {
        return Objects.requireNonNull(text, () -> what + ": expected an Optional, got null")
                .filter(some -> !some.isEmpty());
    }

    /**
     * One session of which no more is known.
     *
     * @param type what went wrong
     * @return the failure
     */
    public static ReportedFailure of(TlsResultType type) {
        Optional<String> none = Optional.empty();
        return new ReportedFailure(type.text(), none, none, none, none, 1, none, none);
    }

    /**
     * One session whose upgrade failed. The reason code, which RFC 8460 section 4.3.3 wants for {@link
     * TlsResultType#VALIDATION_FAILURE}, is the name of the exception's reason, and what its cause says.
     *
     * @param failure of the connection
     * @return empty for what is not to be reported: {@link TlsResultType#of}
     */
    public static Optional<ReportedFailure> of(UpgradeException failure) {
        return TlsResultType.of(failure)
                .map(type -> type == TlsResultType.VALIDATION_FAILURE
                        ? of(type).withReasonCode(reasonCode(failure))
                        : of(type));
    }

    private static String reasonCode(UpgradeException failure) {
        Throwable cause = failure.getCause();
        String said = cause == null ? null : cause.getMessage();
        return said == null ? failure.reason().name() : failure.reason().name() + ": " + said;
    }

    /**
     * What a session failed with, if it did.
     *
     * @param outcome of one session
     * @return with the host, the first of its addresses, and the reason as the reason code; empty if the session was successful
     */
    public static Optional<ReportedFailure> of(DeliveryOutcome outcome) {
        return outcome.resultType().map(type -> {
            Optional<String> none = Optional.empty();
            ReportedFailure failure = new ReportedFailure(
                    type,
                    none,
                    Optional.of(outcome.mxHost()),
                    none,
                    outcome.addresses().stream().findFirst().map(ReportedFailure::literal),
                    1,
                    none,
                    none);
            return outcome.reason().isEmpty() ? failure : failure.withReasonCode(outcome.reason());
        });
    }

    /**
     * The result type as a value.
     *
     * @return empty if it is none of the eleven of RFC 8460 section 4.3
     */
    public Optional<TlsResultType> type() {
        return TlsResultType.named(resultType);
    }

    /**
     * The same with the address that was connected from.
     *
     * @param address of this host, as the other side sees it
     * @return another value
     */
    public ReportedFailure withSendingAddress(InetAddress address) {
        return new ReportedFailure(
                resultType,
                Optional.of(literal(address)),
                mxHost,
                mxHelo,
                receivingAddress,
                sessions,
                additionalInformation,
                reasonCode);
    }

    /**
     * The same with the name of the host.
     *
     * @param host of the MX record
     * @return another value
     */
    public ReportedFailure withMxHost(String host) {
        return new ReportedFailure(
                resultType,
                sendingAddress,
                Optional.of(host),
                mxHelo,
                receivingAddress,
                sessions,
                additionalInformation,
                reasonCode);
    }

    /**
     * The same with the address that was connected to.
     *
     * @param address of the host
     * @return another value
     */
    public ReportedFailure withReceivingAddress(InetAddress address) {
        return new ReportedFailure(
                resultType,
                sendingAddress,
                mxHost,
                mxHelo,
                Optional.of(literal(address)),
                sessions,
                additionalInformation,
                reasonCode);
    }

    /**
     * The same with a reason code.
     *
     * @param code an error code or a short text: control characters are replaced, and no more than {@value #MAX_REASON_CODE}
     *     characters kept
     * @return another value
     */
    public ReportedFailure withReasonCode(String code) {
        String printable = Ascii.printable(code.substring(0, Math.min(code.length(), MAX_REASON_CODE)));
        return new ReportedFailure(
                resultType,
                sendingAddress,
                mxHost,
                mxHelo,
                receivingAddress,
                sessions,
                additionalInformation,
                Optional.of(printable.substring(0, Math.min(printable.length(), MAX_REASON_CODE))));
    }

    /**
     * The same for another number of sessions.
     *
     * @param count 0 to {@value #MAX_SESSIONS}
     * @return another value
     */
    public ReportedFailure withSessions(long count) {
        return new ReportedFailure(
                resultType, sendingAddress, mxHost, mxHelo, receivingAddress, count, additionalInformation, reasonCode);
    }

    /** Without the zone of a link-local address, which means nothing elsewhere. */
    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** For people and logs, on one line. */
    @Override
    public String toString() {
        return Ascii.printable(sessions + " " + resultType + " at " + mxHost.orElse("?") + " ["
                + receivingAddress.orElse("?") + "] from " + sendingAddress.orElse("?")
                + reasonCode.map(code -> " (" + code + ")").orElse(""));
    }
}
