package dev.starttls.smtp;

import dev.starttls.core.nio.ClientConnection;
import dev.starttls.core.nio.StartTlsChannel;

/**
 * A connection to an SMTP server that is ready for the next command: greeted, upgraded as far as the policy has it, and
 * EHLO said. What was learned before TLS is not in here. Its capabilities are empty but for the domain when the server knows
 * no EHLO.
 */
public final class SmtpConnection extends ClientConnection<SmtpCapabilities> {

    SmtpConnection(StartTlsChannel channel, SmtpCapabilities capabilities) {
        super(channel, capabilities);
    }
}
