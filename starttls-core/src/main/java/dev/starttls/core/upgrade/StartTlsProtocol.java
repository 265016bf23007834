package dev.starttls.core.upgrade;

import java.util.List;

/**
 * What is fixed for a protocol with an upgrade, on both sides of every connection.
 *
 * @param name for reports, for instance "smtp"
 * @param keyword the capability that offers the upgrade, which is the command that asks for it, for instance "STARTTLS"
 * @param startTlsPorts those registered for plaintext and the upgrade, 1 to 65535; advice names them
 * @param implicitTlsPorts those registered for TLS from the first octet (RFC 8314 section 7), 1 to 65535; empty if there are
 *     none. Advice names them, and a client of one of them is under {@link TlsPolicy#IMPLICIT} unless it is set up otherwise
 */
public record StartTlsProtocol(
        String name, String keyword, List<Integer> startTlsPorts, List<Integer> implicitTlsPorts) {

    /** Keeps its own copies of the lists. */
    public StartTlsProtocol {
        startTlsPorts = List.copyOf(startTlsPorts);
        implicitTlsPorts = List.copyOf(implicitTlsPorts);
    }
}
