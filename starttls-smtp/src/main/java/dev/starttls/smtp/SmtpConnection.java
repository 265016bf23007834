package dev.starttls.smtp;

import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.smtp.policy.RequireTls;

/**
 * A connection to an SMTP server that is ready for the next command: greeted, upgraded as far as the policy has it, and
 * EHLO said. What was learned before TLS is not in here. Its capabilities are empty but for the domain when the server knows
 * no EHLO.
 */
public final class SmtpConnection extends ClientConnection<SmtpCapabilities> {

    SmtpConnection(StartTlsChannel channel, SmtpCapabilities capabilities) {
        super(channel, capabilities);
    }

    /**
     * Whether a message that requires TLS may be sent here (RFC 8689 section 2).
     *
     * <pre>{@code
     * RequireTls answer = connection.requireTls(RequireTls.MxName.DNSSEC, RequireTls.Certificate.PKIX);
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
