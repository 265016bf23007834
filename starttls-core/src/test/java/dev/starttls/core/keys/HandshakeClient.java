package dev.starttls.core.keys;

import dev.starttls.core.testing.BareTls;
import dev.starttls.core.tls.TlsSettings;
import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/** A client with its preferences, and its handshakes with a server's context. */
record HandshakeClient(
        SSLContext client, String version, Optional<String> name, Set<String> unknown, List<String> suites) {

    static HandshakeClient with(String version) {
        return new HandshakeClient(TestKeys.client(), version, Optional.empty(), Set.of(), List.of());
    }

    HandshakeClient client(SSLContext used) {
        return new HandshakeClient(used, version, name, unknown, suites);
    }

    HandshakeClient name(String sent) {
        return new HandshakeClient(client, version, Optional.of(sent), unknown, suites);
    }

    /** The client does not support signatures whose names contain one of these words, in lower case. */
    HandshakeClient without(String... words) {
        return new HandshakeClient(client, version, name, Set.of(words), suites);
    }

    HandshakeClient suites(String... known) {
        return new HandshakeClient(client, version, name, unknown, List.of(known));
    }

    /** Does a handshake and returns the server's certificate. */
    X509Certificate leaf(SSLContext server) throws Exception {
        return (X509Certificate) run(server).engine().getSession().getPeerCertificates()[0];
    }

    /** Does a handshake, lets the client receive its tickets, and returns the client. */
    BareTls run(SSLContext server) throws Exception {
        return run(clientSide(), serverSide(server));
    }

    /** Does a handshake and returns whether it resumed a session of an earlier call. */
    boolean resumes(SSLContext server) throws Exception {
        SSLSession session = run(server).engine().getSession();
        boolean seen = session.getValue("seen") != null;
        // A resumed session has the values of the first one.
        session.putValue("seen", true);
        return seen;
    }

    static BareTls run(BareTls client, BareTls server) throws SSLException {
        client.begin();
        for (int i = 0; i < 10; i++) {
            server.feed(client.take());
            client.feed(server.take());
        }
        if (!client.established() || !server.established()) {
            throw new SSLException("Expected a handshake that is done");
        }
        return client;
    }

    BareTls clientSide() {
        BareTls made = BareTls.client(client, version);
        SSLParameters parameters = made.engine().getSSLParameters();
        name.ifPresent(sent -> parameters.setServerNames(List.of(new SNIHostName(sent))));
        if (!suites.isEmpty()) {
            parameters.setCipherSuites(suites.toArray(new String[0]));
        }
        if (!unknown.isEmpty()) {
            parameters.setAlgorithmConstraints(new Without(unknown));
        }
        made.engine().setSSLParameters(parameters);
        return made;
    }

    /** A server with the engine that this library makes. */
    static BareTls serverSide(SSLContext context) throws GeneralSecurityException {
        return BareTls.over(
                TlsSettings.builder().context(context).build().serverEngine("127.0.0.1", 1, Optional.empty()));
    }

    private record Without(Set<String> unknown) implements AlgorithmConstraints {

        @Override
        public boolean permits(Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
            return !primitives.contains(CryptoPrimitive.SIGNATURE)
                    || unknown.stream().noneMatch(algorithm.toLowerCase(Locale.ROOT)::contains);
        }

        @Override
        public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
            return true;
        }

        @Override
        public boolean permits(
                Set<CryptoPrimitive> primitives, String algorithm, Key key, AlgorithmParameters parameters) {
            return permits(primitives, algorithm, parameters);
        }
    }
}
