package dev.starttls.conformance.tls;

import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.TlsReadiness;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.tls.minimal.ClientAuthentication;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.HelloAnswer;
import dev.starttls.conformance.tls.wire.HelloAnswerReader;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.ProtocolVersion;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.ServerHello;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Sends a server ClientHellos made by the suite, each on a connection of its own that is ready for the ClientHello. */
final class Prober {

    /**
     * The record of the first ClientHello has the version TLS 1.0, because some servers accept no other (RFC 8446
     * appendix D.1).
     */
    private static final int FIRST_RECORD = ProtocolVersion.TLS10.code();

    private final CheckContext context;

    Prober(CheckContext context) {
        this.context = context;
    }

    CheckContext context() {
        return context;
    }

    /** The name for SNI; empty when there is none to send. */
    String serverName() {
        return context.settings().indicationFor(context.target()).orElse("");
    }

    /** What to present to a server that asks for the client's certificate. */
    Optional<ClientAuthentication> identity() {
        return context.settings().clientIdentity().map(own -> new ClientAuthentication(own.chain(), own.key()));
    }

    /** A connection that is ready for the ClientHello. */
    Conversation connectForTls() throws IOException, BlockedException {
        TlsReadiness readiness = context.connectForTls();
        if (readiness instanceof TlsReadiness.Blocked blocked) {
            throw new BlockedException(blocked.verdict());
        }
        return ((TlsReadiness.Ready) readiness).conversation();
    }

    /** Sends the ClientHello as any client does: in as few records as possible, all in one segment. */
    HelloAnswer ask(ClientHello hello) throws IOException, BlockedException {
        return ask(hello.toString(), recordsOf(hello, RecordSplitter.MAX_PLAINTEXT));
    }

    /** What the server chooses if only this version is offered; empty if it does not speak it. */
    Optional<ServerHello> chosen(ProtocolVersion version) throws IOException, BlockedException {
        return ask(ClientHello.only(version, serverName())) instanceof HelloAnswer.Hello hello
                        && hello.hello().isVersion(version)
                        && hello.broken().isEmpty()
                ? Optional.of(hello.hello())
                : Optional.empty();
    }

    /** Sends the ClientHello in records with this number of octets, all in one segment. */
    HelloAnswer askInRecordsOf(int fragment, ClientHello hello) throws IOException, BlockedException {
        return ask(hello + ", in records of " + fragment, recordsOf(hello, fragment));
    }

    /** Sends octets in one segment where they fit. */
    HelloAnswer ask(String detail, OctetString octets) throws IOException, BlockedException {
        try (Conversation conversation = connectForTls()) {
            return ask(conversation, detail, octets);
        }
    }

    /** The same, but an answer is waited for only this long. */
    HelloAnswer ask(String detail, OctetString octets, Duration limit) throws IOException, BlockedException {
        try (Conversation conversation = connectForTls()) {
            conversation.record(From.CLIENT, detail);
            conversation.wire().write(octets.array());
            WireStream stream = stream(conversation);
            stream.within(limit);
            HelloAnswer answer = HelloAnswerReader.read(stream);
            conversation.record(From.SERVER, answer.description());
            return answer;
        }
    }

    /** The same on a given connection, which stays open. */
    HelloAnswer ask(Conversation conversation, ClientHello hello) {
        return ask(conversation, hello.toString(), recordsOf(hello, RecordSplitter.MAX_PLAINTEXT));
    }

    private HelloAnswer ask(Conversation conversation, String detail, OctetString octets) {
        conversation.record(From.CLIENT, detail);
        conversation.wire().write(octets.array());
        return read(conversation);
    }

    private HelloAnswer read(Conversation conversation) {
        HelloAnswer answer = HelloAnswerReader.read(stream(conversation));
        conversation.record(From.SERVER, answer.description());
        return answer;
    }

    /** A connection on which half of a ClientHello was sent, and nothing more. */
    Conversation stall() throws IOException, BlockedException {
        Conversation conversation = connectForTls();
        OctetString hello = recordsOf(ClientHello.modern(serverName()), RecordSplitter.MAX_PLAINTEXT);
        OctetString half = hello.first(hello.length() / 2);
        conversation.record(
                From.CLIENT, "the first " + half.length() + " octets of a ClientHello of " + hello.length());
        conversation.wire().write(half.array());
        return conversation;
    }

    /** The input of a connection, limited by the time for one answer. */
    WireStream stream(Conversation conversation) {
        return new WireStream(
                conversation.wire(),
                conversation.takePending(),
                context.settings().answer());
    }

    private static OctetString recordsOf(ClientHello hello, int fragment) {
        int version = Math.min(FIRST_RECORD, hello.legacyVersion());
        List<OctetString> records = RecordSplitter.handshake(version, hello.message(), fragment);
        return RecordSplitter.joined(records);
    }
}
