package dev.starttls.conformance.tls.wire;

import java.util.List;

/**
 * ClientHellos that cannot be parsed, or have a value out of its range: whoever receives one must end the connection
 * with an alert (RFC 8446 section 6 and 6.2).
 */
public enum MalformedHello {
    TRUNCATED("a ClientHello that ends inside its random") {
        @Override
        public OctetString of(ClientHello hello) {
            return withBody(body(hello).first(20));
        }
    },
    LONG_EXTENSIONS("extensions that are longer than the message") {
        @Override
        public OctetString of(ClientHello hello) {
            OctetString body = body(hello);
            return withBody(body.first(body.length() - 1));
        }
    },
    TRAILING_OCTET("an octet after the extensions") {
        @Override
        public OctetString of(ClientHello hello) {
            return withBody(body(hello).and(OctetString.zeros(1)));
        }
    },
    LONG_SESSION_ID("a session id of 33 octets") {
        @Override
        public OctetString of(ClientHello hello) {
            return hello.with().sessionId(OctetString.zeros(33)).build().message();
        }
    },
    ODD_SUITES("cipher suites of an odd length") {
        @Override
        public OctetString of(ClientHello hello) {
            OctetString suites = OctetString.hex("130113021303c02bc02fcca9c0");
            OctetString body = body(hello);
            int begin = FIXED + 1 + hello.sessionId().length();
            OctetString rest = body.slice(begin + 2 + 2 * hello.suites().size(), body.length());
            return withBody(body.first(begin)
                    .and(new OctetWriter().vector16(suites).octets())
                    .and(rest));
        }
    },
    ODD_GROUPS("supported_groups of an odd length") {
        @Override
        public OctetString of(ClientHello hello) {
            return hello.with()
                    .extension(new Extension(Extension.SUPPORTED_GROUPS, OctetString.hex("0003 001d00")))
                    .build()
                    .message();
        }
    },
    SHORT_KEY_SHARE("a key_share of one octet") {
        @Override
        public OctetString of(ClientHello hello) {
            return hello.with()
                    .extension(new Extension(Extension.KEY_SHARE, OctetString.zeros(1)))
                    .build()
                    .message();
        }
    },
    SHORT_KEY("a key of secp256r1 of one octet") {
        @Override
        public OctetString of(ClientHello hello) {
            KeyShare share = new KeyShare(NamedGroup.SECP256R1.code(), OctetString.zeros(1));
            return hello.with()
                    .extension(ClientExtensions.keyShare(List.of(share)))
                    .build()
                    .message();
        }
    };

    /** The octets before the session id: version and random. */
    private static final int FIXED = 2 + ClientHello.RANDOM_LENGTH;

    private final String description;

    MalformedHello(String description) {
        this.description = description;
    }

    /** What is wrong, in a few words. */
    public String description() {
        return description;
    }

    /** Whether only a server of TLS 1.3 reads what is wrong. */
    public boolean isOnlyInTls13() {
        return this == SHORT_KEY_SHARE || this == SHORT_KEY;
    }

    /**
     * Whether a server that ignores the fault does no harm: it has parsed all fields rightly, and only not looked behind
     * them.
     */
    public boolean isHarmless() {
        return this == TRAILING_OCTET;
    }

    /** The handshake message, made of a right one. */
    public abstract OctetString of(ClientHello hello);

    /** The records that carry it. */
    public OctetString records(ClientHello hello) {
        List<OctetString> records =
                RecordSplitter.handshake(ProtocolVersion.TLS10.code(), of(hello), RecordSplitter.MAX_PLAINTEXT);
        return RecordSplitter.joined(records);
    }

    private static OctetString body(ClientHello hello) {
        OctetString message = hello.message();
        return message.slice(ClientHello.HEADER, message.length());
    }

    private static OctetString withBody(OctetString body) {
        return new HandshakeMessage(ClientHello.TYPE, body).octets();
    }
}
