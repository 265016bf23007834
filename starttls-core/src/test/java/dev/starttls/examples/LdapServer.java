package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.function.Function;

/** The server side of StartTLS in LDAP (RFC 4511 section 4.14), for the whole of a session; other requests are the handler's. */
public final class LdapServer implements Dialogue {

    private static final int UNBIND_REQUEST = 0x42;
    private static final int ABANDON_REQUEST = 0x50;
    private static final int SEARCH_REQUEST = 0x63;
    private static final int SEARCH_DONE = 0x65;

    private static final int SUCCESS = 0;
    private static final int OPERATIONS_ERROR = 1;
    private static final int CONFIDENTIALITY_REQUIRED = 13;
    private static final int UNAVAILABLE = 52;

    private final TlsPolicy policy;
    private final Function<LdapMessage, Output> handler;
    private Phase phase = Phase.CAPABILITY;
    private int id;

    /**
     * A dialogue that has not begun.
     *
     * @param policy that of the connection's settings
     * @param handler answers requests with whole messages
     */
    public LdapServer(TlsPolicy policy, Function<LdapMessage, Output> handler) {
        this.policy = policy;
        this.handler = handler;
    }

    @Override
    public String protocol() {
        return "ldap";
    }

    @Override
    public Role role() {
        return Role.SERVER;
    }

    @Override
    public Step opened() {
        return say(Output.none());
    }

    /** Who the client was is forgotten too, by the handler (RFC 4513 section 3.2). */
    @Override
    public Step secured() {
        phase = Phase.RECAPABILITY;
        return say(Output.none());
    }

    @Override
    public Step octets(byte[] octets) {
        return LdapMessage.of(octets).map(this::answer).orElseGet(() -> Step.violation("a message of LDAP", ""));
    }

    /** There are no keys to serve TLS with. */
    @Override
    public Output unavailable() {
        return LdapMessage.result(id, LdapMessage.EXTENDED_RESPONSE, UNAVAILABLE);
    }

    private Step answer(LdapMessage request) {
        id = request.id();
        boolean secure = phase == Phase.RECAPABILITY;
        if (request.operation() == UNBIND_REQUEST) {
            return new Step.Close(Output.none());
        }
        if (request.requests(LdapMessage.START_TLS)) {
            if (policy == TlsPolicy.DISABLED) {
                return say(unavailable());
            }
            return secure
                    ? say(LdapMessage.result(id, LdapMessage.EXTENDED_RESPONSE, OPERATIONS_ERROR))
                    : new Step.Proceed(LdapMessage.result(id, LdapMessage.EXTENDED_RESPONSE, SUCCESS));
        }
        if (policy == TlsPolicy.REQUIRED && !secure) {
            return say(refusal(request));
        }
        return say(handler.apply(request));
    }

    private static Output refusal(LdapMessage request) {
        return switch (request.operation()) {
            case ABANDON_REQUEST -> Output.none();
            case SEARCH_REQUEST -> LdapMessage.result(request.id(), SEARCH_DONE, CONFIDENTIALITY_REQUIRED);
            default -> LdapMessage.result(request.id(), request.operation() + 1, CONFIDENTIALITY_REQUIRED);
        };
    }

    private Step say(Output output) {
        return new Step.Await(phase, output, LdapMessage.FRAME);
    }
}
