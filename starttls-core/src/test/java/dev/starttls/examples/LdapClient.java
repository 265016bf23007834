package dev.starttls.examples;

import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The client side of StartTLS in LDAP (RFC 4511 section 4.14): an extended request and its response. Requests inside TLS are
 * the application's, beginning with the root DSE if it wants to know what the server can do (RFC 4513 section 3.1.5).
 */
public final class LdapClient implements Dialogue {

    private static final int ID = 1;
    private static final Output REQUEST = LdapMessage.message(
            ID,
            LdapMessage.EXTENDED_REQUEST,
            LdapMessage.element(LdapMessage.REQUEST_NAME, LdapMessage.START_TLS.getBytes(StandardCharsets.US_ASCII)));

    @Override
    public String protocol() {
        return "ldap";
    }

    @Override
    public Role role() {
        return Role.CLIENT;
    }

    @Override
    public List<Integer> startTlsPorts() {
        return List.of(389);
    }

    @Override
    public List<Integer> implicitTlsPorts() {
        return List.of(636);
    }

    @Override
    public Step opened() {
        return new Step.Propose(REQUEST, LdapMessage.FRAME);
    }

    @Override
    public Step octets(byte[] reply) {
        Optional<LdapMessage> message = LdapMessage.of(reply);
        if (message.isEmpty() || message.get().operation() != LdapMessage.EXTENDED_RESPONSE) {
            return Step.violation("an extended response", "");
        }
        int code = message.get().resultCode();
        return switch (message.get().id()) {
            case 0 ->
                new Step.Fail(
                        FailureReason.TURNED_AWAY,
                        "Expected a response, got a notice of disconnection (RFC 4511 section 4.4.1)",
                        "result code " + code,
                        List.of());
            case ID -> code == 0 ? Step.goAhead() : new Step.Decline(FailureReason.REFUSED, "result code " + code);
            default -> Step.violation("the response to the first request", "");
        };
    }

    @Override
    public Step secured() {
        return Step.ready();
    }
}
