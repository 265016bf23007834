package dev.starttls.core.upgrade;

import dev.starttls.core.hosts.HostFacts;
import dev.starttls.core.hosts.HostFacts.Answer;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What is remembered of a client's server, what may be tried on it therefore, and what this connection teaches: see {@link
 * DirectUpgrade}, whose rules are here. On servers, under {@link DirectUpgrade#NEVER} and with implicit TLS it knows nothing
 * and learns nothing.
 */
final class KnownHost {

    private final Dialogue dialogue;
    private final UpgradeSettings settings;
    private final Peer peer;
    private HostFacts facts = HostFacts.NONE;
    /** {@link Dialogue#direct} was called, and no command that was sent for that has been refused. */
    private boolean unaskedAllowed;

    private boolean refusedUnasked;
    private boolean unasked;
    /** The ClientHello left with the command. */
    private boolean withHello;

    /** Something of TLS has come, or the connection has failed: the ClientHello is not what a failure is due to any more. */
    private boolean tlsReceived;
    /** The command was sent unasked, and neither it nor the question in its place has had a sound answer yet. */
    private boolean unaskedPending;

    KnownHost(Dialogue dialogue, UpgradeSettings settings, Peer peer) {
        this.dialogue = dialogue;
        this.settings = settings;
        this.peer = peer;
    }

    /** A client begins in plaintext. */
    void recall() {
        if (settings.direct() == DirectUpgrade.NEVER || settings.policy() == TlsPolicy.DISABLED) {
            return;
        }
        if (settings.direct() == DirectUpgrade.REMEMBERED) {
            facts = Objects.requireNonNull(
                    settings.memory().recall(peer.ascii(), peer.port()),
                    "Expected the HostMemory to return facts, got null; HostFacts.NONE is for none");
        }
        unaskedAllowed = settings.direct() == DirectUpgrade.ALWAYS
                || facts.command() == Answer.TAKEN
                || (facts.command() == Answer.UNKNOWN && facts.upgraded());
        if (unaskedAllowed) {
            dialogue.direct();
        }
    }

    /** Whether the upgrade command may be sent without an offer that was read. */
    boolean unaskedAllowed() {
        return unaskedAllowed;
    }

    /** Whether the ClientHello leaves with the command: where it was taken before, or may be tried and nothing else is. */
    boolean sendsHelloWithCommand(Step.Offer offer) {
        if (settings.direct() != DirectUpgrade.REMEMBERED || refusedUnasked) {
            return false;
        }
        boolean trying = offer == Step.Offer.UNREAD && facts.command() == Answer.UNKNOWN;
        boolean untried = facts.clientHello() == Answer.UNKNOWN && facts.upgraded() && dialogue.takesEarlyHello();
        return !trying && (untried || facts.clientHello() == Answer.TAKEN);
    }

    /** The command is about to leave. */
    void proposed(Step.Offer offer, boolean hello) {
        unasked = offer == Step.Offer.UNREAD;
        withHello = hello;
        unaskedPending = unasked;
    }

    /** Whether what is said may lead to another connection, for which time is to be left. */
    boolean repeatable() {
        return settings.direct() == DirectUpgrade.REMEMBERED && (unasked || withHello);
    }

    /** How the last command was sent; there must be one. */
    Proposal proposal() {
        if (withHello) {
            return unasked ? Proposal.UNASKED_WITH_HELLO : Proposal.ASKED_WITH_HELLO;
        }
        return unasked ? Proposal.UNASKED : Proposal.ASKED;
    }

    /** Whether the command that was sent last was sent unasked. */
    boolean proposedUnasked() {
        return unasked;
    }

    /** The command was refused that was sent unasked. Whether that was for want of asking is not known yet. */
    void refusedUnasked() {
        unasked = false;
        unaskedAllowed = false;
        refusedUnasked = true;
    }

    /**
     * The go-ahead is there, or the word that there is no TLS. What was refused unasked is not to be tried again: it was
     * refused for want of asking, or would be refused the next time, too.
     */
    void decided() {
        unaskedPending = false;
        if (refusedUnasked) {
            learn(known -> known.withCommand(Answer.REFUSED));
        }
    }

    /** The server's first octets of TLS are there. Returns whether they were awaited with less patience than others. */
    boolean receivedTls() {
        boolean first = withHello && !tlsReceived;
        tlsReceived = true;
        return first;
    }

    /** This side gives up, for a reason that is none of the server's: nothing is learnt of it. */
    void outOfTime() {
        tlsReceived = true;
        unaskedPending = false;
    }

    /** The handshake is done. */
    void established() {
        boolean nothingNew = facts.upgraded()
                && (!unasked || facts.command() == Answer.TAKEN)
                && (!withHello || facts.clientHello() == Answer.TAKEN);
        if (settings.direct() == DirectUpgrade.NEVER || dialogue.role() == Role.SERVER || nothingNew) {
            return;
        }
        if (settings.policy() != TlsPolicy.IMPLICIT) {
            learn(known -> {
                HostFacts upgraded = known.withUpgraded();
                HostFacts taking = unasked ? upgraded.withCommand(Answer.TAKEN) : upgraded;
                return withHello ? taking.withClientHello(Answer.TAKEN) : taking;
            });
        }
    }

    /**
     * The upgrade fails. As long as a server has not answered what was said unasked, and nothing of TLS has come from one whose
     * ClientHello was sent ahead, that may be the reason, and it is not tried again.
     *
     * @return what to report
     */
    UpgradeException failed(UpgradeException thrown) {
        boolean hello = withHello && !tlsReceived;
        String what = ending(thrown.reason());
        boolean ended = !what.isEmpty();
        boolean anothersWords = thrown.reason() == FailureReason.PLAINTEXT_INJECTION
                || thrown.reason() == FailureReason.PROTOCOL_VIOLATION
                || thrown.reason() == FailureReason.LIMIT_EXCEEDED;
        boolean suspect = hello ? ended || anothersWords : unaskedPending && ended;
        if (!suspect) {
            return thrown;
        }
        tlsReceived = true;
        unaskedPending = false;
        UpgradeException why = ended ? notTaken(thrown, hello, what) : thrown;
        try {
            if (hello) {
                learn(known -> known.withClientHello(
                        thrown.reason() == FailureReason.TIMEOUT ? Answer.SILENT : Answer.REFUSED));
            } else {
                learn(known -> known.withCommand(Answer.REFUSED));
            }
        } catch (Throwable e) {
            // The failure matters more than what a memory has to say of it.
            why.addSuppressed(e);
        }
        return why;
    }

    /** What the server did by which the connection cannot go on; empty if it did something else. */
    private static String ending(FailureReason reason) {
        return switch (reason) {
            case REFUSED, NOT_OFFERED -> "it refused the command";
            case TURNED_AWAY -> "it ended the session";
            case CONNECTION_CLOSED -> "the connection was closed";
            case TIMEOUT -> "it was silent for too long";
            case DIRECT_NOT_TAKEN,
                    PREAUTHENTICATED,
                    PLAINTEXT_INJECTION,
                    PROTOCOL_VIOLATION,
                    LIMIT_EXCEEDED,
                    CONNECT_FAILED,
                    HOST_EXCLUDED,
                    HANDSHAKE_FAILED,
                    CERTIFICATE_UNTRUSTED,
                    CERTIFICATE_EXPIRED,
                    CERTIFICATE_NAME_MISMATCH,
                    CERTIFICATE_PIN_MISMATCH,
                    TLSA_MISMATCH,
                    CERTIFICATE_REFUSED,
                    DNSSEC_INVALID,
                    DANE_REQUIRED,
                    TRUNCATED,
                    REJECTED,
                    LOCAL_ERROR -> "";
        };
    }

    private static UpgradeException notTaken(UpgradeException thrown, boolean hello, String what) {
        UpgradeException why = new UpgradeException(
                FailureReason.DIRECT_NOT_TAKEN,
                thrown.phase(),
                "Expected the server to accept the "
                        + (hello
                                ? "ClientHello that was sent together with the upgrade command"
                                : "upgrade command before it was asked for its capabilities")
                        + ", which it is remembered to accept or which was tried, but " + what,
                thrown.reply().orElse(""),
                "");
        why.initCause(thrown);
        return why;
    }

    private void learn(UnaryOperator<HostFacts> change) {
        settings.memory().update(peer.ascii(), peer.port(), change);
    }
}
