package dev.starttls.core.upgrade;

import dev.starttls.core.hosts.HostService;
import dev.starttls.core.hosts.TlsUse;
import java.util.Objects;

/**
 * There is less TLS on a connection than was used with its server before.
 *
 * <pre>{@code
 * UpgradeListener listener = new UpgradeListener() {
 *     public void downgraded(Downgrade how) { alert(how.service() + " had " + how.remembered().version() + ": " + how); }
 * };
 * }</pre>
 */
public sealed interface Downgrade {

    /**
     * The server, as the history knows it.
     *
     * @return its name, port and protocol
     */
    HostService service();

    /**
     * The use of TLS that is remembered.
     *
     * @return the last one, within the expiry
     */
    TlsUse remembered();

    /**
     * There is no TLS.
     *
     * @param service the server
     * @param remembered the use of TLS that is remembered
     * @param reason {@link FailureReason#NOT_OFFERED}, {@link FailureReason#REFUSED} or {@link FailureReason#PREAUTHENTICATED}
     * @param reply the server's line, its control characters replaced; empty if there was none
     */
    record ToPlaintext(HostService service, TlsUse remembered, FailureReason reason, String reply)
            implements Downgrade {

        /** Replaces control characters. */
        public ToPlaintext {
            Objects.requireNonNull(service, "service: expected the server, got null");
            Objects.requireNonNull(remembered, "remembered: expected a use of TLS, got null");
            Objects.requireNonNull(reason, "reason: expected why there is no TLS, got null");
            reply = Wording.printable(reply);
        }
    }

    /**
     * There is TLS, in an older version.
     *
     * @param service the server
     * @param remembered the use of TLS that is remembered, with the newer version
     * @param version of this session, for instance "TLSv1.2"
     */
    record ToOlderVersion(HostService service, TlsUse remembered, String version) implements Downgrade {

        /** There must be all. */
        public ToOlderVersion {
            Objects.requireNonNull(service, "service: expected the server, got null");
            Objects.requireNonNull(remembered, "remembered: expected a use of TLS, got null");
            Objects.requireNonNull(version, "version: expected that of this session, got null");
        }
    }
}
