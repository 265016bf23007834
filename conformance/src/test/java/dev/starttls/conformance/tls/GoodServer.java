package dev.starttls.conformance.tls;

import dev.starttls.conformance.tls.certificate.Issuer;
import dev.starttls.conformance.tls.certificate.Issuer.Order;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A server with TLS from the first byte that greets and says 250 to every line, on the runtime's own TLS. */
final class GoodServer {

    static final Issuer ROOT = Issuer.selfSigned(Order.authority("Test Root"));
    static final Issuer SERVER = ROOT.issue(Order.server("mail.example.org"));

    private GoodServer() {}

    static LoopbackServer start() {
        return with(SERVER, socket -> {});
    }

    static LoopbackServer speaking(String... versions) {
        return with(SERVER, socket -> socket.setEnabledProtocols(versions));
    }

    static LoopbackServer with(Issuer identity, Consumer<SSLSocket> tune) {
        return with(context(identity), tune);
    }

    static LoopbackServer with(SSLContext context, Consumer<SSLSocket> tune) {
        return LoopbackServer.serving(socket -> {
            try (SSLSocket secure =
                    (SSLSocket) context.getSocketFactory().createSocket(socket, "127.0.0.1", socket.getPort(), true)) {
                secure.setUseClientMode(false);
                tune.accept(secure);
                talk(secure);
            }
        });
    }

    private static void talk(SSLSocket secure) throws IOException {
        OutputStream out = secure.getOutputStream();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(secure.getInputStream(), StandardCharsets.ISO_8859_1));
        out.write("220 mail.example.org\r\n".getBytes(StandardCharsets.US_ASCII));
        while (in.readLine() != null) {
            out.write("250 ok\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static SSLContext context(Issuer identity) {
        try {
            // One of PKCS #12 would hash 20,000 times to encrypt the key and to decrypt it again.
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, new char[0]);
            store.setKeyEntry(
                    "server", identity.key(), new char[0], identity.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
