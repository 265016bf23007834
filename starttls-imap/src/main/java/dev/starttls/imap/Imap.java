package dev.starttls.imap;

import dev.starttls.core.upgrade.StartTlsProtocol;
import java.util.List;

/** The protocol's name, keyword and ports (RFC 9051 sections 6.2.1 and 2.1, RFC 8314 section 7.2). */
final class Imap {

    static final StartTlsProtocol PROTOCOL = new StartTlsProtocol("imap", "STARTTLS", List.of(143), List.of(993));

    private Imap() {}
}
