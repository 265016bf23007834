package dev.starttls.conformance.tls.wire;

import java.util.Locale;
import java.util.Map;

/**
 * One extension of a hello (RFC 8446 section 4.2).
 *
 * @param type its number
 * @param data its content, without the length before it
 */
public record Extension(int type, OctetString data) {

    public static final int SERVER_NAME = 0;
    public static final int STATUS_REQUEST = 5;
    public static final int SUPPORTED_GROUPS = 10;
    public static final int EC_POINT_FORMATS = 11;
    public static final int SIGNATURE_ALGORITHMS = 13;
    public static final int HEARTBEAT = 15;
    public static final int ALPN = 16;
    public static final int PADDING = 21;
    public static final int ENCRYPT_THEN_MAC = 22;
    public static final int EXTENDED_MASTER_SECRET = 23;
    public static final int SESSION_TICKET = 35;
    public static final int PRE_SHARED_KEY = 41;
    public static final int EARLY_DATA = 42;
    public static final int SUPPORTED_VERSIONS = 43;
    public static final int COOKIE = 44;
    public static final int PSK_KEY_EXCHANGE_MODES = 45;
    public static final int POST_HANDSHAKE_AUTH = 49;
    public static final int SIGNATURE_ALGORITHMS_CERT = 50;
    public static final int KEY_SHARE = 51;
    public static final int RENEGOTIATION_INFO = 0xff01;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(SERVER_NAME, "server_name"),
            Map.entry(STATUS_REQUEST, "status_request"),
            Map.entry(SUPPORTED_GROUPS, "supported_groups"),
            Map.entry(EC_POINT_FORMATS, "ec_point_formats"),
            Map.entry(SIGNATURE_ALGORITHMS, "signature_algorithms"),
            Map.entry(HEARTBEAT, "heartbeat"),
            Map.entry(ALPN, "application_layer_protocol_negotiation"),
            Map.entry(PADDING, "padding"),
            Map.entry(ENCRYPT_THEN_MAC, "encrypt_then_mac"),
            Map.entry(EXTENDED_MASTER_SECRET, "extended_master_secret"),
            Map.entry(SESSION_TICKET, "session_ticket"),
            Map.entry(PRE_SHARED_KEY, "pre_shared_key"),
            Map.entry(EARLY_DATA, "early_data"),
            Map.entry(SUPPORTED_VERSIONS, "supported_versions"),
            Map.entry(COOKIE, "cookie"),
            Map.entry(PSK_KEY_EXCHANGE_MODES, "psk_key_exchange_modes"),
            Map.entry(POST_HANDSHAKE_AUTH, "post_handshake_auth"),
            Map.entry(SIGNATURE_ALGORITHMS_CERT, "signature_algorithms_cert"),
            Map.entry(KEY_SHARE, "key_share"),
            Map.entry(RENEGOTIATION_INFO, "renegotiation_info"));

    /** The registered name of an extension, or its number if it is not one of those above. */
    public static String label(int type) {
        return NAMES.getOrDefault(type, String.format(Locale.ROOT, "0x%04x", type));
    }

    @Override
    public String toString() {
        return label(type) + "(" + data.length() + ")";
    }
}
