package dev.starttls.core.upgrade;

import dev.starttls.core.tls.ChannelBinding;
import dev.starttls.core.tls.ChannelBinding.Reason;
import dev.starttls.core.tls.ChannelBinding.Unavailable;
import dev.starttls.core.tls.ChannelBindings;
import dev.starttls.core.tls.TlsSettings;

/** The channel bindings of a connection, as far as it has come when they are asked for. */
record SessionBindings(TlsLayer tls, UpgradeMachine machine, TlsSettings settings) implements ChannelBindings {

    /** Of what has no TLS. */
    static final ChannelBindings NONE = type -> missing(type, "plaintext");

    @Override
    public ChannelBinding of(ChannelBinding.Type type) {
        // What was refused, also by this library alone, is not bound to.
        State state = machine.state();
        return state != State.FAILED && state != State.HANDSHAKING && tls.established()
                ? tls.pump().channelBinding(type, settings)
                : missing(type, "state " + state);
    }

    private static ChannelBinding missing(ChannelBinding.Type type, String state) {
        return new Unavailable(
                type,
                Reason.NOT_ESTABLISHED,
                "Expected a session inside TLS to bind to, got " + state + "; ask once the upgrade is done");
    }

    @Override
    public String toString() {
        return "SessionBindings[" + machine.state() + "]";
    }
}
