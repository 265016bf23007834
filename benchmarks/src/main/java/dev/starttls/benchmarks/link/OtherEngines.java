package dev.starttls.benchmarks.link;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.core.tls.EngineSource;
import dev.starttls.core.upgrade.Role;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.Provider;
import javax.net.ssl.SSLContext;
import org.conscrypt.Conscrypt;

/** Engines that are not the JDK's, with the same keys and roots. */
final class OtherEngines {

    private OtherEngines() {}

    static EngineSource conscrypt(Contexts contexts, Role role) throws Exception {
        Provider provider =
                Conscrypt.newProviderBuilder().provideTrustManager(false).build();
        SSLContext context = SSLContext.getInstance("TLS", provider);
        if (role == Role.CLIENT) {
            context.init(null, contexts.trust().getTrustManagers(), null);
        } else {
            context.init(contexts.keys().getKeyManagers(), null, null);
        }
        return context::createSSLEngine;
    }

    static EngineSource tcnative(Contexts contexts, Role role) throws Exception {
        SslContextBuilder builder = role == Role.CLIENT
                ? SslContextBuilder.forClient().trustManager(contexts.trust())
                : SslContextBuilder.forServer(contexts.keys());
        // The engines are freed by their finalizers: whoever has a plain SSLEngine does not know that they are counted.
        SslContext context = builder.sslProvider(SslProvider.OPENSSL).build();
        return (host, port) -> context.newEngine(UnpooledByteBufAllocator.DEFAULT, host, port);
    }
}
