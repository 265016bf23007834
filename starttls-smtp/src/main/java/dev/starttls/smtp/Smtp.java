package dev.starttls.smtp;

import dev.starttls.core.upgrade.StartTlsProtocol;
import java.util.List;

/** The protocol's name, keyword and ports (RFC 3207 section 4, RFC 5321 section 4.5.4.2, RFC 6409 section 3.1, RFC 8314 section 7.3). */
final class Smtp {

    static final StartTlsProtocol PROTOCOL = new StartTlsProtocol("smtp", "STARTTLS", List.of(25, 587), List.of(465));

    private Smtp() {}
}
