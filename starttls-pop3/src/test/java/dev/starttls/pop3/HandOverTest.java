package dev.starttls.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.nio.ServerSetup;
import dev.starttls.core.nio.StartTlsChannel;
import dev.starttls.core.nio.UpgradeLoop;
import dev.starttls.core.testing.Endpoint;
import dev.starttls.core.testing.Fragmentation;
import dev.starttls.core.testing.Loopback;
import dev.starttls.core.upgrade.Peer;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapAnswer;
import dev.starttls.imap.ImapCondition;
import dev.starttls.imap.ImapServer;
import dev.starttls.imap.ImapStatus;
import dev.starttls.smtp.SmtpAnswer;
import dev.starttls.smtp.SmtpCommand;
import dev.starttls.smtp.SmtpHandler;
import dev.starttls.smtp.SmtpReply;
import dev.starttls.smtp.SmtpServer;
import dev.starttls.smtp.SmtpSession;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handler gives its connection to the application in the middle of a session. */
@Timeout(60)
class HandOverTest {

    private static void requireHandedOver(ServerSetup<?> server, String command, String answer) {
        server.policy(TlsPolicy.DISABLED);
        for (Fragmentation fragmentation :
                new Fragmentation[] {Fragmentation.WHOLE, Fragmentation.OCTETS, Fragmentation.random(1)}) {
            Endpoint side = Endpoint.of(server.connection(new Peer("192.0.2.1", 1)))
                    .fragmented(fragmentation)
                    .run();
            side.take();
            side.arrive(command + "\r\nof the application")
                    .send("its answer")
                    .run()
                    .requireNoFailure();
            assertThat(side.connection().ready()).isTrue();
            assertThat(side.takeText()).isEqualTo(answer + "\r\nits answer");
            assertThat(side.received()).isEqualTo("of the application");
        }
    }

    @Test
    void the_answer_leaves_first_and_what_follows_the_command_is_the_applications() {
        requireHandedOver(
                SmtpServer.named("mx", (command, session) -> new SmtpAnswer.HandOver(SmtpReply.of(250, "yours"))),
                "XPROXY",
                "250 yours");
        requireHandedOver(
                ImapServer.named(
                        "mx",
                        (command, session) ->
                                new ImapAnswer.HandOver(ImapStatus.of(ImapCondition.OK, "DEFLATE active"))),
                "a COMPRESS DEFLATE",
                "a OK DEFLATE active");
        requireHandedOver(
                Pop3Server.named("mx", (command, session) -> new Pop3Answer.HandOver(Pop3Reply.ok("yours"))),
                "XPROXY",
                "+OK yours");
    }

    @Test
    void the_receiver_gets_the_channel_right_after_the_session_has_ended() throws Exception {
        LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<StartTlsChannel> channels = new LinkedBlockingQueue<>();
        SmtpServer server = SmtpServer.named("mx", new SmtpHandler() {
                    @Override
                    public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
                        return new SmtpAnswer.HandOver(SmtpReply.of(250, "yours"));
                    }

                    @Override
                    public void ended(SmtpSession session, SessionEnd end) {
                        events.add("ended " + end.cause());
                    }
                })
                .policy(TlsPolicy.DISABLED)
                .handOver(channel -> {
                    events.add("received");
                    channels.add(channel);
                });
        UpgradeLoop loop = UpgradeLoop.open(10, Runnable::run);
        new Thread(loop).start();
        InetSocketAddress address =
                (InetSocketAddress) server.listen(loop, Loopback.anyPort()).getLocalAddress();
        try (SocketChannel client = SocketChannel.open(address)) {
            client.write(ByteBuffer.wrap("XPROXY\r\nmore".getBytes(StandardCharsets.US_ASCII)));
            StartTlsChannel channel = channels.poll(30, TimeUnit.SECONDS);
            assertThat(events).containsExactly("ended HANDED_OVER", "received");
            ((SocketChannel) channel.transport()).configureBlocking(true);
            ByteBuffer read = ByteBuffer.allocate(4);
            while (read.hasRemaining()) {
                channel.read(read);
            }
            assertThat(new String(read.array(), StandardCharsets.US_ASCII)).isEqualTo("more");
            channel.close();
        } finally {
            loop.closeNow();
        }
    }
}
