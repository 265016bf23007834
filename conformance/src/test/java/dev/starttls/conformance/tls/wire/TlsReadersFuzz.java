package dev.starttls.conformance.tls.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.starttls.core.testing.fuzz.FuzzInput;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;

/** For all octets from a server: there is an answer, and every other reader returns a value or throws a declared exception. */
class TlsReadersFuzz {

    /** Of what is shown of an answer; a flight may have many certificates and extensions, a line is cut later. */
    private static final int LONGEST_SHOWN = 4_000_000;

    /** What is fuzzed: one of the readers by its kind, or in a test of the oracle a faulty one. */
    interface Reader {
        void read(int kind, OctetString octets, int piece) throws IOException;
    }

    @FuzzTest
    void readers(byte[] input) throws IOException {
        run(input, TlsReadersFuzz::read);
    }

    static void run(byte[] input, Reader reader) throws IOException {
        FuzzInput choices = new FuzzInput(input);
        int kind = choices.choice(8);
        int piece = 1 + choices.octet();
        OctetString octets = OctetString.of(choices.rest());
        try {
            reader.read(kind, octets, piece);
        } catch (MalformedException e) {
            assertThat(e.getMessage()).as("why it is malformed").isNotBlank();
        } catch (EOFException e) {
            assertThat(kind).as("the reader that may find an end").isEqualTo(1);
        }
    }

    static void read(int kind, OctetString octets, int piece) throws IOException {
        switch (kind) {
            case 1 -> records(octets, piece);
            case 2 -> hello(octets);
            case 3 -> assertThat(ServerHello.parse(octets).toString()).isNotBlank();
            case 4 ->
                assertThat(ServerMessages.encryptedExtensions(octets).toString())
                        .isNotBlank();
            case 5 -> {
                SessionTicket ticket = ServerMessages.sessionTicket(octets);
                assertThat(ticket.invitesEarlyData() && ticket.extensions().isEmpty())
                        .as("invites early data without an extension")
                        .isFalse();
            }
            case 6 -> messages(octets, piece);
            case 7 -> {
                ServerMessages.ecdheShare(octets);
                ServerMessages.keyShare(octets);
                ServerMessages.olderTicket(octets);
            }
            default -> answer(octets, piece);
        }
    }

    private static void answer(OctetString octets, int piece) {
        HelloAnswer answer = HelloAnswerReader.read(pieces(octets, piece));
        assertThat(answer.description()).isNotBlank().hasSizeLessThan(LONGEST_SHOWN);
        if (answer instanceof HelloAnswer.Hello hello) {
            assertThat(hello.group()).isNotNull();
        }
    }

    private static void records(OctetString octets, int piece) throws IOException {
        ByteArrayInputStream in = pieces(octets, piece);
        int before = in.available();
        while (true) {
            TlsRecord record = TlsRecord.read(in);
            assertThat(record.octets().length()).as("octets taken").isEqualTo(before - in.available());
            before = in.available();
        }
    }

    private static void hello(OctetString octets) throws MalformedException {
        ClientHello hello = ClientHello.parse(octets);
        assertThat(hello.toString()).isNotBlank();
        assertThat(ClientHello.parse(hello.message())).isEqualTo(hello);
        assertThat(ClientOffer.of(hello).versions()).isNotNull();
    }

    private static void messages(OctetString octets, int piece) throws MalformedException {
        HandshakeAssembler assembler = new HandshakeAssembler();
        int taken = 0;
        for (int from = 0; from < octets.length(); from += piece) {
            assembler.add(octets.slice(from, Math.min(octets.length(), from + piece)));
            Optional<HandshakeMessage> message = assembler.next();
            while (message.isPresent()) {
                taken += ClientHello.HEADER + message.get().body().length();
                message = assembler.next();
            }
            assertThat(taken).as("octets of messages").isLessThanOrEqualTo(octets.length());
        }
    }

    private static ByteArrayInputStream pieces(OctetString octets, int piece) {
        return new ByteArrayInputStream(octets.array()) {
            @Override
            public synchronized int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(length, piece));
            }
        };
    }
}
