package dev.starttls.pop3;

import dev.starttls.core.upgrade.StartTlsProtocol;
import java.util.List;

/** The protocol's name, keyword and ports (RFC 2595 section 4, RFC 1939 section 3, RFC 8314 section 7.2). */
final class Pop3 {

    static final StartTlsProtocol PROTOCOL = new StartTlsProtocol("pop3", "STLS", List.of(110), List.of(995));

    private Pop3() {}
}
