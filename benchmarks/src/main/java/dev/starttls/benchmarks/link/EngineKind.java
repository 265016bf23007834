package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.upgrade.Role;

/** The providers of the engines. */
enum EngineKind {
    /** SunJSSE. */
    JDK("JDK") {
        @Override
        EngineSource source(Contexts contexts, Role role) throws Exception {
            return (role == Role.CLIENT ? contexts.client() : contexts.server())::createSSLEngine;
        }
    },
    /** Conscrypt, around BoringSSL. */
    CONSCRYPT("Conscrypt") {
        @Override
        EngineSource source(Contexts contexts, Role role) throws Exception {
            return OtherEngines.conscrypt(contexts, role);
        }
    };

    private final String title;

    EngineKind(String title) {
        this.title = title;
    }

    abstract EngineSource source(Contexts contexts, Role role) throws Exception;

    String title() {
        return title;
    }
}
