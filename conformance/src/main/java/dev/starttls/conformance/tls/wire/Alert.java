package dev.starttls.conformance.tls.wire;

import java.util.Map;

/**
 * An alert (RFC 8446 section 6).
 *
 * @param level 1 is a warning, 2 is fatal
 * @param description its number
 */
public record Alert(int level, int description) {

    public static final int CLOSE_NOTIFY = 0;
    public static final int UNEXPECTED_MESSAGE = 10;
    public static final int BAD_RECORD_MAC = 20;
    public static final int HANDSHAKE_FAILURE = 40;
    public static final int DECODE_ERROR = 50;
    public static final int PROTOCOL_VERSION = 70;
    public static final int INSUFFICIENT_SECURITY = 71;
    public static final int INAPPROPRIATE_FALLBACK = 86;
    public static final int NO_RENEGOTIATION = 100;
    public static final int UNRECOGNIZED_NAME = 112;
    public static final int NO_APPLICATION_PROTOCOL = 120;

    private static final int WARNING = 1;
    private static final int FATAL = 2;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(CLOSE_NOTIFY, "close_notify"),
            Map.entry(UNEXPECTED_MESSAGE, "unexpected_message"),
            Map.entry(BAD_RECORD_MAC, "bad_record_mac"),
            Map.entry(21, "decryption_failed"),
            Map.entry(22, "record_overflow"),
            Map.entry(30, "decompression_failure"),
            Map.entry(HANDSHAKE_FAILURE, "handshake_failure"),
            Map.entry(41, "no_certificate"),
            Map.entry(42, "bad_certificate"),
            Map.entry(43, "unsupported_certificate"),
            Map.entry(44, "certificate_revoked"),
            Map.entry(45, "certificate_expired"),
            Map.entry(46, "certificate_unknown"),
            Map.entry(47, "illegal_parameter"),
            Map.entry(48, "unknown_ca"),
            Map.entry(49, "access_denied"),
            Map.entry(DECODE_ERROR, "decode_error"),
            Map.entry(51, "decrypt_error"),
            Map.entry(60, "export_restriction"),
            Map.entry(PROTOCOL_VERSION, "protocol_version"),
            Map.entry(INSUFFICIENT_SECURITY, "insufficient_security"),
            Map.entry(80, "internal_error"),
            Map.entry(INAPPROPRIATE_FALLBACK, "inappropriate_fallback"),
            Map.entry(90, "user_canceled"),
            Map.entry(NO_RENEGOTIATION, "no_renegotiation"),
            Map.entry(109, "missing_extension"),
            Map.entry(110, "unsupported_extension"),
            Map.entry(111, "certificate_unobtainable"),
            Map.entry(UNRECOGNIZED_NAME, "unrecognized_name"),
            Map.entry(113, "bad_certificate_status_response"),
            Map.entry(114, "bad_certificate_hash_value"),
            Map.entry(115, "unknown_psk_identity"),
            Map.entry(116, "certificate_required"),
            Map.entry(NO_APPLICATION_PROTOCOL, "no_application_protocol"));

    /**
     * Parses the content of an alert record, which has exactly one alert (RFC 8446 section 5.1).
     *
     * @throws MalformedException if it does not have the length of one alert
     */
    public static Alert parse(OctetString content) throws MalformedException {
        if (content.length() != 2) {
            throw new MalformedException("expected an alert of 2 octets, got " + content.length());
        }
        return new Alert(content.at(0), content.at(1));
    }

    /** Whether it is only a warning, after which the peer may continue. */
    public boolean isWarning() {
        return level == WARNING;
    }

    /** The registered name of the description, or its number. */
    public String name() {
        return NAMES.getOrDefault(description, "alert " + description);
    }

    @Override
    public String toString() {
        return switch (level) {
            case WARNING -> "warning alert " + name();
            case FATAL -> "fatal alert " + name();
            default -> "alert " + name() + " of the unknown level " + level;
        };
    }
}
