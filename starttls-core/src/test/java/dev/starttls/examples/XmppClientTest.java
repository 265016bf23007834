package dev.starttls.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.FailureReason;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class XmppClientTest extends ClientExampleContract {

    private static final String HEADER = "<?xml version='1.0'?><stream:stream from='localhost' id='1' version='1.0'"
            + " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    @Override
    Dialogue client() {
        return new XmppClient("localhost");
    }

    @Override
    List<String> before() {
        return List.of(
                HEADER,
                "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
                        + "</stream:features>");
    }

    @Override
    String said() {
        return "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xml:lang='en' xmlns='jabber:client'"
                + " xmlns:stream='http://etherx.jabber.org/streams'>"
                + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    }

    @Override
    String goAhead() {
        return "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    }

    @Override
    String refusal() {
        return "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>";
    }

    @Override
    String injected() {
        return "<stream:features/>";
    }

    @Test
    void features_without_an_offer_fail_a_client_that_needs_it() {
        assertThat(begun(TlsPolicy.REQUIRED)
                        .arrive(HEADER + "<stream:features/>")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.NOT_OFFERED);
    }

    @Test
    void an_error_of_the_stream_turns_it_away() {
        assertThat(begun(TlsPolicy.REQUIRED)
                        .arrive(HEADER + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                                + "</stream:error></stream:stream>")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.TURNED_AWAY);
    }

    @Test
    void an_answer_that_is_neither_is_a_violation() {
        assertThat(proposed(TlsPolicy.REQUIRED, Fragmentation.OCTETS)
                        .arrive("<success/>")
                        .run()
                        .upgradeFailure()
                        .reason())
                .isEqualTo(FailureReason.PROTOCOL_VIOLATION);
    }
}
