package dev.starttls.smtp;

import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.smtp.policy.Candidate;
import dev.starttls.smtp.policy.RequireTls;
import java.util.Optional;

/**
 * A connection to an SMTP server that is ready for the next command: greeted, upgraded as far as the policy has it, and
 * EHLO said. What was learned before TLS is not in here. Its capabilities are empty but for the domain when the server knows
 * no EHLO.
 */
public final class SmtpConnection extends ClientConnection<SmtpCapabilities> {

    private final Optional<Candidate> candidate;

    SmtpConnection(StartTlsChannel channel, SmtpCapabilities capabilities, Optional<Candidate> candidate) {
        super(channel, capabilities);
        this.candidate = candidate;
    }

    /**
     * Whether a message that requires TLS may be sent here (RFC 8689 section 2), to a host of a domain: its policy knows how the host's name
     * was validated and what its certificate has proved.
     *
     * <pre>{@code
     * try (SmtpConnection connection = SmtpClient.to(candidate.authenticated()).connect()) {
     *     RequireTls answer = connection.requireTls();
     *     String parameter = answer.met() ? " " + RequireTls.KEYWORD : "";     // of MAIL
     *     answer.missing();                                                    // for instance [OFFER]
     * }
     * }</pre>
     *
     * @return which of the conditions are missing
     * @throws IllegalStateException if the client is not of a {@link Candidate}
     */
    public RequireTls requireTls() {
        Candidate host = candidate.orElseThrow(() -> new IllegalStateException(
                "requireTls: expected a client of a Candidate, which knows how the host was found, got one of a host and"
                        + " a port; try requireTls(mx, certificate)"));
        return requireTls(host.mxName(), host.certificate());
    }

    /**
     * The same for a host that is not one of a {@link Candidate}: the smart host of a configuration, for instance.
     *
     * <pre>{@code
     * RequireTls answer = connection.requireTls(RequireTls.MxName.NOT_FROM_MX, RequireTls.Certificate.PKIX);
     * String parameter = answer.met() ? " " + RequireTls.KEYWORD : "";     // of MAIL
     * answer.missing();                                                    // for instance [OFFER]
     * }</pre>
     *
     * @param mx how the host's name was validated, before it was connected to
     * @param certificate how the settings that it was connected with verify the certificate: {@link RequireTls.Certificate#PKIX}
     *     under {@link dev.starttls.core.upgrade.TlsPolicy#REQUIRED} and {@link dev.starttls.core.upgrade.TlsPolicy#IMPLICIT}
     *     unless they say otherwise
     * @return which of the conditions are missing
     */
    public RequireTls requireTls(RequireTls.MxName mx, RequireTls.Certificate certificate) {
        return RequireTls.of(report(), mx, certificate);
    }
}
