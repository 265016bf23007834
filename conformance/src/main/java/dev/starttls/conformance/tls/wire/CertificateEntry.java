package dev.starttls.conformance.tls.wire;

import java.util.Optional;

/**
 * One certificate of a chain in TLS 1.3 (RFC 8446 section 4.4.2).
 *
 * @param certificate in DER
 * @param stapled the OCSP response that came with it
 */
public record CertificateEntry(OctetString certificate, Optional<OctetString> stapled) {}
