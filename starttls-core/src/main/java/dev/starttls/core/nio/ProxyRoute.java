package dev.starttls.core.nio;

import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeConnection;
import dev.starttls.core.upgrade.UpgradeException;
import dev.starttls.core.upgrade.UpgradeLimits;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.util.Objects;
import java.util.function.Function;

/**
 * The way to a server through a proxy.
 *
 * @param proxy what TCP connects to
 * @param dialogues makes what is said to it
 */
record ProxyRoute(Peer proxy, Function<Peer, ProxyDialogue> dialogues) {

    /**
     * A connection that asks the proxy for one to the server: it is ready once that is there.
     *
     * @param server as a person has it; the proxy is given it in ASCII (RFC 5891), and looks it up
     */
    UpgradeConnection asking(Peer server, UpgradeLimits limits) {
        ProxyDialogue dialogue = Objects.requireNonNull(
                dialogues.apply(new Peer(ServerIdentity.toAscii(server.host()), server.port())),
                "proxy: expected the function to make a dialogue, got null");
        return new UpgradeConnection(
                new ProxyConversation(dialogue, purpose(server)),
                UpgradeSettings.of(TlsPolicy.DISABLED).withLimits(limits),
                proxy);
    }

    /** What the caller gets of it that the proxy did not connect to the server. */
    UpgradeException failure(Peer server, UpgradeException why) {
        return switch (why.reason()) {
            case TIMEOUT -> failure(server, why, "it took longer than it has; see the cause", "");
            case CONNECTION_CLOSED -> failure(server, why, "it closed the connection", "See what the proxy's log says");
            case LIMIT_EXCEEDED, PROTOCOL_VIOLATION ->
                failure(server, why, "it sent what no proxy sends; see the cause", "See what answers there");
            // Those of this side, and what the dialogue says of a refusal.
            default -> why;
        };
    }

    private UpgradeException failure(Peer server, UpgradeException why, String what, String hint) {
        UpgradeException failed = new UpgradeException(
                why.reason() == FailureReason.TIMEOUT ? FailureReason.TIMEOUT : FailureReason.CONNECT_FAILED,
                Phase.CONNECT,
                purpose(server) + ", but " + what,
                "",
                hint);
        failed.initCause(why);
        return failed;
    }

    private String purpose(Peer server) {
        return "Expected the proxy " + proxy + " to connect to " + server;
    }
}
