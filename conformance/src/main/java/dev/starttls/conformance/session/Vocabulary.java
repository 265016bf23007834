package dev.starttls.conformance.session;

/**
 * The commands of one protocol, without tags and line ends.
 *
 * @param upgrade the command that asks for TLS: {@code STARTTLS}
 * @param goAhead how the answer begins that is followed by the ClientHello, as details name it: {@code 220}
 * @param capabilities the command that asks for what the server offers: {@code EHLO}
 * @param probe a command that is allowed at any time after the greeting and changes nothing: {@code NOOP}
 * @param goodbye the command that ends the session: {@code QUIT}
 */
public record Vocabulary(String upgrade, String goAhead, String capabilities, String probe, String goodbye) {}
