package dev.starttls.benchmarks.latency;

import dev.starttls.core.hosts.HostMemory;
import dev.starttls.core.upgrade.DirectUpgrade;
import java.io.Closeable;
import java.io.IOException;

/**
 * This library, blocking, with a memory of hosts: the third upgrade of a host is the first that knows everything that
 * it accepts.
 */
final class RememberingClient implements UpgradeClient {

    private final HostMemory memory = HostMemory.inMemory(10);

    @Override
    public Closeable upgrade(SessionTarget target, ClientTls tls, String version) throws IOException {
        return MailProtocol.client(target, tls.settings(version))
                .memory(memory)
                .direct(DirectUpgrade.REMEMBERED)
                .connect();
    }
}
