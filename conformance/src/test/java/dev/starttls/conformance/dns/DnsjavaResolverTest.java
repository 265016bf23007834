package dev.starttls.conformance.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.dns.DnsAnswer;
import dev.starttls.core.dns.DnsAnswer.Failure;
import dev.starttls.core.dns.DnsRecord;
import dev.starttls.core.dns.DnsType;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** The resolver on a name server on loopback that answers as the test says. */
@Timeout(60)
class DnsjavaResolverTest {
    private final DatagramSocket socket = open();

    private static DatagramSocket open() {
        try {
            return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() {
        socket.close();
    }

    private void answers(UnaryOperator<Message> answer) {
        Thread server = new Thread(
                () -> {
                    try {
                        while (true) {
                            DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
                            socket.receive(packet);
                            Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
                            Message response = new Message(query.getHeader().getID());
                            response.getHeader().setFlag(Flags.QR);
                            response.addRecord(query.getQuestion(), Section.QUESTION);
                            byte[] sent = answer.apply(response).toWire();
                            socket.send(new DatagramPacket(sent, sent.length, packet.getSocketAddress()));
                        }
                    } catch (IOException e) {
                        // The test is over.
                    }
                },
                "name server");
        server.setDaemon(true);
        server.start();
    }

    private static Message with(Message response, String... records) {
        for (String record : records) {
            String[] parts = record.split(" ", 3);
            try {
                response.addRecord(
                        Record.fromString(
                                Name.fromString(parts[0]),
                                org.xbill.DNS.Type.value(parts[1]),
                                DClass.IN,
                                60,
                                parts[2],
                                Name.root),
                        Section.ANSWER);
            } catch (IOException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return response;
    }

    private DnsjavaResolver resolver() throws IOException {
        return DnsjavaResolver.open(new DnsSettings(
                Optional.of(new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort())),
                DnsSettings.Trust.LOOPBACK,
                Optional.empty(),
                Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @CsvSource({"true, SECURE", "false, INSECURE"})
    void the_bit_of_a_resolver_on_this_machine_is_believed(boolean bit, DnsAnswer.Security expected) throws Exception {
        answers(response -> {
            if (bit) {
                response.getHeader().setFlag(Flags.AD);
            }
            return with(response, "example.org. MX 10 mx.example.org.");
        });
        DnsjavaResolver resolver = resolver();
        assertThat(resolver.validation().missing()).isEmpty();
        DnsAnswer.Found found = (DnsAnswer.Found) resolver.ask("example.org", DnsType.MX);
        assertThat(found.security()).isEqualTo(expected);
        assertThat(found.records(DnsRecord.Mx.class)).containsExactly(new DnsRecord.Mx(10, "mx.example.org"));
    }

    @Test
    void every_type_of_record_is_read_at_the_end_of_the_aliases() throws Exception {
        answers(response -> with(
                response,
                "a.example. CNAME b.example.",
                "b.example. TLSA 3 1 1 AABB",
                "b.example. TXT \"one\" \"two\"",
                "b.example. SRV 1 2 993 imap.example.",
                "b.example. CAA 128 Issue \"ca.example\"",
                "b.example. AAAA 2001:db8::1",
                "b.example. A 192.0.2.1",
                "stray.example. A 192.0.2.9"));
        DnsjavaResolver resolver = resolver();
        assertThat(resolver.ask("a.example", DnsType.TLSA).records(DnsRecord.Tlsa.class))
                .containsExactly(new DnsRecord.Tlsa(3, 1, 1, "aabb"));
        assertThat(resolver.ask("a.example", DnsType.TXT)
                        .records(DnsRecord.Txt.class)
                        .get(0)
                        .text())
                .isEqualTo("onetwo");
        assertThat(resolver.ask("a.example", DnsType.SRV).records(DnsRecord.Srv.class))
                .containsExactly(new DnsRecord.Srv(1, 2, 993, "imap.example"));
        assertThat(resolver.ask("a.example", DnsType.CAA).records(DnsRecord.Caa.class))
                .containsExactly(new DnsRecord.Caa(128, "issue", "ca.example"));
        assertThat(resolver.ask("a.example", DnsType.AAAA).records(DnsRecord.Address.class))
                .hasSize(1);
        assertThat(resolver.ask("a.example", DnsType.A).records(DnsRecord.Address.class))
                .containsExactly(new DnsRecord.Address(InetAddress.getByName("192.0.2.1")));
        assertThat(resolver.ask("a.example", DnsType.CNAME).records(DnsRecord.Cname.class))
                .containsExactly(new DnsRecord.Cname("b.example"));
        assertThat(((DnsAnswer.Found) resolver.ask("a.example", DnsType.A)).canonicalName())
                .isEqualTo("b.example");
    }

    @Test
    void aliases_without_an_end_are_a_failure_and_not_a_name_without_records() throws Exception {
        answers(response -> with(response, "a.example. CNAME b.example.", "b.example. CNAME a.example."));
        assertThat(resolver().ask("a.example", DnsType.TLSA))
                .isInstanceOfSatisfying(DnsAnswer.Failed.class, failed -> assertThat(failed.detail())
                        .contains("16 aliases"));
    }

    @Test
    void records_are_in_one_order_whichever_the_server_has_them_in() throws Exception {
        answers(response -> with(
                response,
                "example.org. MX 20 b.example.",
                "example.org. MX 10 c.example.",
                "example.org. MX 20 a.example."));
        assertThat(resolver().ask("example.org", DnsType.MX).records(DnsRecord.Mx.class))
                .extracting(DnsRecord.Mx::exchange)
                .containsExactly("c.example", "a.example", "b.example");
    }

    @Test
    void a_name_that_does_not_exist_is_absent_and_a_server_that_fails_is_not() throws Exception {
        answers(response -> {
            response.getHeader().setRcode(Rcode.NXDOMAIN);
            return response;
        });
        assertThat(resolver().ask("none.example", DnsType.A)).isInstanceOf(DnsAnswer.Absent.class);
    }

    @ParameterizedTest
    @CsvSource({"6, BOGUS", "7, BOGUS", "9, BOGUS", "22, SERVER_FAILURE", "0, SERVER_FAILURE"})
    void an_extended_error_says_that_it_is_the_signatures(int code, Failure expected) throws Exception {
        answers(response -> {
            response.getHeader().setRcode(Rcode.SERVFAIL);
            response.addRecord(
                    new OPTRecord(1232, 0, 0, 0, new ExtendedErrorCodeOption(code, "why")), Section.ADDITIONAL);
            return response;
        });
        DnsAnswer.Failed failed = (DnsAnswer.Failed) resolver().ask("example.org", DnsType.MX);
        assertThat(failed.cause()).isEqualTo(expected);
        assertThat(failed.detail()).contains("SERVFAIL").contains("why");
    }

    @Test
    void what_is_no_name_is_not_asked_for() throws Exception {
        answers(UnaryOperator.identity());
        assertThat(resolver().ask("x".repeat(64) + ".example", DnsType.A)).isInstanceOf(DnsAnswer.Failed.class);
    }

    @Test
    void a_file_without_anchors_is_refused(@TempDir Path folder) throws IOException {
        Path empty = Files.writeString(folder.resolve("anchors"), "");
        DnsSettings settings = new DnsSettings(
                Optional.of(new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort())),
                DnsSettings.Trust.LOOPBACK,
                Optional.of(empty),
                Duration.ofSeconds(5));
        assertThatThrownBy(() -> DnsjavaResolver.open(settings))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("trust anchors");
    }
}
