package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;

/**
 * A data connection of FTP after PROT P (RFC 4217 section 7): TLS from its first octet, then the data, under {@link
 * dev.starttls.core.upgrade.TlsPolicy#IMPLICIT}. The client of the control connection is a client here too, whichever side has
 * connected.
 */
public final class FtpDataClient implements Dialogue {

    @Override
    public String protocol() {
        return "ftp-data";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    /** Not called under the policy. */
    @Override
    public Step opened() {
        return Step.await(Phase.GREETING);
    }

    @Override
    public Step secured() {
        return Step.ready();
    }
}
