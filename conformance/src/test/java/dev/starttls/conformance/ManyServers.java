package dev.starttls.conformance;

import dev.starttls.conformance.embedded.Authority;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/** A given number of SMTP servers, each on a port of its own, all on one thread. */
final class ManyServers implements AutoCloseable {
    private final UpgradeLoop loop;
    private final List<String> urls = new ArrayList<>();

    private ManyServers(UpgradeLoop loop) {
        this.loop = loop;
    }

    static ManyServers start(int count) throws IOException {
        SSLContext context = Authority.create().serverContext("localhost");
        UpgradeLoop loop = UpgradeLoop.open(10_000, Runnable::run);
        Thread thread = new Thread(loop, "many servers");
        thread.setDaemon(true);
        thread.start();
        ManyServers servers = new ManyServers(loop);
        for (int i = 0; i < count; i++) {
            int port = SmtpServer.named("localhost", (command, session) -> SmtpAnswer.of(250, "2.0.0 Fine"))
                    .sslContext(context)
                    .policy(TlsPolicy.OPPORTUNISTIC)
                    .listen(loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .socket()
                    .getLocalPort();
            servers.urls.add("smtp://127.0.0.1:" + port);
        }
        return servers;
    }

    List<String> urls() {
        return List.copyOf(urls);
    }

    @Override
    public void close() {
        loop.closeNow();
    }
}
