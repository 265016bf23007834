package dev.starttls.core.upgrade;

import java.util.List;

/** What the skeletons of both sides take from their {@link StartTlsProtocol}. */
abstract class ProtocolDialogue implements Dialogue {

    private final StartTlsProtocol protocol;
    private final Role role;

    ProtocolDialogue(StartTlsProtocol protocol, Role role) {
        this.protocol = protocol;
        this.role = role;
    }

    @Override
    public final String protocol() {
        return protocol.name();
    }

    @Override
    public final Role role() {
        return role;
    }

    @Override
    public final List<Integer> startTlsPorts() {
        return protocol.startTlsPorts();
    }

    @Override
    public final List<Integer> implicitTlsPorts() {
        return protocol.implicitTlsPorts();
    }

    /** The capability that offers the upgrade, and the command that asks for it. */
    final String keyword() {
        return protocol.keyword();
    }

    /** For people and logs: the class, the protocol and the side. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + protocol.name() + " " + role + "]";
    }
}
