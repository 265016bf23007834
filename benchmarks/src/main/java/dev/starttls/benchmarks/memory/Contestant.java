package dev.starttls.benchmarks.memory;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.core.tls.TlsSettings;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.core.upgrade.UpgradeSettings;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** The contestants. */
public enum Contestant {
    /** Two engines without a library. */
    FLOOR("hand-written loop"),
    /** This library. */
    STARTTLS("this library");

    private final String title;

    Contestant(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Makes pairs whose handshakes are full ones, all over the same wire. */
    Supplier<InMemoryPair> pairs(Contexts contexts, String version) throws GeneralSecurityException, IOException {
        SSLContext clients = contexts.client();
        SSLContext servers = contexts.server();
        TransitBuffers wire = new TransitBuffers();
        UpgradeSettings client = settings(clients, version);
        UpgradeSettings server = settings(servers, version);
        return () -> {
            Contexts.forget(clients);
            return this == FLOOR
                    ? new EnginePair(clients, servers, version, wire)
                    : new ConnectionPair(client, server, wire);
        };
    }

    private static UpgradeSettings settings(SSLContext context, String version) {
        return UpgradeSettings.of(TlsPolicy.REQUIRED)
                .withTls(
                        TlsSettings.builder().context(context).versions(version).build());
    }
}
