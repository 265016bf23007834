package dev.starttls.conformance.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.dns.DnsSettings;
import dev.starttls.conformance.dns.DnsjavaResolver;
import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Security;
import dev.starttls.core.dns.DnsType;
import dev.starttls.core.testing.ExternalProgram;
import dev.starttls.core.testing.ServerProcess;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** The resolver of the laboratory, as validators see it. */
@Timeout(120)
class LaboratoryTest {
    private static final String DOMAIN = Laboratory.DOMAIN;

    private static Laboratory lab;

    @BeforeAll
    static void start() throws IOException {
        lab = Laboratory.start(Laboratory.Ports.FREE);
    }

    @AfterAll
    static void stop() {
        lab.close();
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static DnsjavaResolver resolver(int port, Optional<Path> anchor) throws IOException {
        return DnsjavaResolver.open(
                new DnsSettings(Optional.of(at(port)), DnsSettings.Trust.LOOPBACK, anchor, Duration.ofSeconds(20)));
    }

    private static void assertSecure(DnsjavaResolver resolver) {
        for (String name : List.of(DOMAIN, "mx1." + DOMAIN, "_tcp.mx1." + DOMAIN, "none." + DOMAIN, "a.b." + DOMAIN)) {
            for (DnsType type : List.of(DnsType.A, DnsType.AAAA, DnsType.MX, DnsType.TLSA, DnsType.CAA)) {
                DnsAnswer answer = resolver.ask(name, type);
                Security security = answer instanceof DnsAnswer.Found found
                        ? found.security()
                        : answer instanceof DnsAnswer.Absent absent ? absent.security() : null;
                assertThat(security).as("%s %s: %s", name, type, answer).isEqualTo(Security.SECURE);
            }
        }
        assertThat(resolver.ask(DOMAIN, DnsType.MX)).isInstanceOf(DnsAnswer.Found.class);
        assertThat(resolver.ask("none." + DOMAIN, DnsType.MX)).isInstanceOf(DnsAnswer.Absent.class);
    }

    @Test
    void its_word_is_believed_on_loopback() throws IOException {
        DnsjavaResolver resolver = resolver(lab.ports().dns(), Optional.empty());
        assertSecure(resolver);
        assertThat(resolver.ask("example.org", DnsType.MX)).isInstanceOf(DnsAnswer.Failed.class);
    }

    @Test
    void its_signatures_lead_to_its_anchor(@TempDir Path folder) throws IOException {
        Path anchor = Files.writeString(folder.resolve("anchor"), lab.anchor());
        assertSecure(resolver(lab.ports().dns(), Optional.of(anchor)));
    }

    @Test
    void another_key_is_no_anchor_of_it(@TempDir Path folder) throws IOException {
        String other = LabZone.sign(DOMAIN, "", Instant.now()).anchor();
        Path anchor = Files.writeString(folder.resolve("anchor"), other);
        assertThat(resolver(lab.ports().dns(), Optional.of(anchor)).ask(DOMAIN, DnsType.MX))
                .isInstanceOfSatisfying(DnsAnswer.Failed.class, failed -> assertThat(failed.cause())
                        .isEqualTo(DnsAnswer.Failure.BOGUS));
    }

    /** A validator that is not the one that the suite has. */
    @Test
    @Tag("peers")
    void unbound_finds_its_zone_secure(@TempDir Path folder) throws Exception {
        ExternalProgram unbound = ExternalProgram.named("unbound");
        int port = ServerProcess.freePorts(1).get(0);
        Path anchor = Files.writeString(folder.resolve("anchor"), lab.anchor());
        Path configuration = Files.writeString(
                folder.resolve("unbound.conf"),
                """
                server:
                    interface: 127.0.0.1@%2$d
                    username: ""
                    chroot: ""
                    directory: "%1$s"
                    pidfile: "%1$s/unbound.pid"
                    use-syslog: no
                    num-threads: 1
                    do-not-query-localhost: no
                    module-config: "validator iterator"
                    trust-anchor-file: "%3$s"
                    ede: yes
                    do-ip6: no
                remote-control:
                    control-enable: no
                stub-zone:
                    name: "%4$s"
                    stub-addr: 127.0.0.1@%5$d
                """
                        .formatted(folder, port, anchor, DOMAIN, lab.ports().dns()));
        ServerProcess running =
                new ServerProcess("unbound", folder, unbound.start("-d", "-c", configuration.toString()));
        try {
            running.awaitPort(port);
            assertSecure(resolver(port, Optional.empty()));
        } finally {
            running.stop();
        }
    }

    @Test
    void queries_of_one_connection_are_answered_in_order_and_a_long_one_ends_it() throws IOException {
        List<Integer> ids = new ArrayList<>();
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), lab.ports().dns())) {
            client.setSoTimeout(60_000);
            DataInputStream in = new DataInputStream(client.getInputStream());
            for (int id = 1; id <= 3; id++) {
                byte[] query = query(id);
                byte[] framed = new byte[2 + query.length];
                framed[1] = (byte) query.length;
                System.arraycopy(query, 0, framed, 2, query.length);
                client.getOutputStream().write(framed);
            }
            for (int i = 0; i < 3; i++) {
                byte[] answer = new byte[in.readUnsignedShort()];
                in.readFully(answer);
                ids.add(new Message(answer).getHeader().getID());
            }
            client.getOutputStream().write(new byte[] {-1, -1});
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(ids).containsExactly(1, 2, 3);
    }

    private static byte[] query(int id) throws IOException {
        Message query = Message.newQuery(Record.newRecord(Name.fromString(DOMAIN, Name.root), Type.MX, DClass.IN));
        query.getHeader().setID(id);
        return query.toWire();
    }

    @Test
    void clients_that_say_nothing_do_not_keep_others_from_an_answer() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                silent.add(
                        new Socket(InetAddress.getLoopbackAddress(), lab.ports().dns()));
            }
            assertThat(resolver(lab.ports().dns(), Optional.empty()).ask(DOMAIN, DnsType.MX))
                    .isInstanceOf(DnsAnswer.Found.class);
        } finally {
            for (Socket one : silent) {
                one.close();
            }
        }
    }
}
