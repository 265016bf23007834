package dev.starttls.smtp.policy;

import dev.starttls.core.nio.ClientSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.upgrade.Dialogue;
import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.Role;
import dev.starttls.core.upgrade.Step;
import dev.starttls.core.upgrade.TlsPolicy;
import java.util.List;

/** A connection that speaks TLS from its first octet, and nothing before its user does. */
final class HttpsClient extends ClientSetup<HttpsClient, StartTlsChannel, HttpsClient.Silent> {

    HttpsClient(String host, int port) {
        super(host, port, TlsPolicy.IMPLICIT);
    }

    @Override
    protected Silent dialogue() {
        return new Silent();
    }

    @Override
    protected StartTlsChannel session(StartTlsChannel channel, Silent dialogue) {
        return channel;
    }

    @Override
    protected HttpsClient self() {
        return this;
    }

    /** In HTTP the client speaks first, when it likes. */
    static final class Silent implements Dialogue {

        @Override
        public String protocol() {
            return "https";
        }

        @Override
        public Role role() {
            return Role.CLIENT;
        }

        @Override
        public List<Integer> implicitTlsPorts() {
            return List.of(HttpsPolicyFetcher.PORT);
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
}
