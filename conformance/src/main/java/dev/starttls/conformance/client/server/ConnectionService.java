package dev.starttls.conformance.client.server;

import dev.starttls.conformance.client.server.HandshakeEndedException.How;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.tls.wire.Alert;
import dev.starttls.conformance.tls.wire.ClientHello;
import dev.starttls.conformance.tls.wire.ContentType;
import dev.starttls.conformance.tls.wire.HandshakeAssembler;
import dev.starttls.conformance.tls.wire.HandshakeMessage;
import dev.starttls.conformance.tls.wire.MalformedException;
import dev.starttls.conformance.tls.wire.OctetString;
import dev.starttls.conformance.tls.wire.RecordSplitter;
import dev.starttls.conformance.tls.wire.TlsRecord;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Serves one connection as its script says. Whatever the client does, the service goes on as long as there is something
 * to see: after a handshake that failed, and after the end of TLS, it understands plaintext again, because that is what
 * must not come.
 */
final class ConnectionService {
    private static final int MAX_HELLO = 1 << 17;
    private static final int HANDSHAKE_RECORD = ContentType.HANDSHAKE.code();
    private static final int FATAL = 2;
    private static final int TLS_VERSION = 0x0303;

    private final int number;
    private final RawWire wire;
    private final Script script;
    private final UnaryOperator<String> ports;
    private final Evidence evidence;
    private final Transcript transcript;
    private final Duration patience;
    private final Canary canary;
    private final Canaries canaries;
    /** More than a script has. */
    private static final int MAX_VERBS = 1_000;

    private static final int MAX_VERB = 100;

    private final Map<String, Integer> counts = new HashMap<>();
    private Through through = Through.PLAINTEXT;
    private LineInput input;
    private Optional<SecureLink> link = Optional.empty();
    private DialectSession session;
    private boolean silent;
    private boolean over;
    private boolean givenUp;
    private boolean helloRead;
    private boolean closing;
    /** Who ended TLS or the connection before the client's stream ended. */
    private Optional<Evidence.End> ended = Optional.empty();

    private Optional<Long> silentSince = Optional.empty();

    private String parting = "the client closed the connection";

    /**
     * A new one.
     *
     * @param ports puts the numbers of the ports into what the server sends
     */
    ConnectionService(
            int number,
            RawWire wire,
            Script script,
            UnaryOperator<String> ports,
            Evidence evidence,
            Canary canary,
            Canaries canaries,
            Duration patience) {
        this.number = number;
        this.wire = wire;
        this.script = script;
        this.ports = ports;
        this.evidence = evidence;
        this.transcript = evidence.transcript();
        this.canary = canary;
        this.canaries = canaries;
        this.patience = patience;
        this.input = new LineInput(wire.in()::read);
        this.session = script.dialect().session(script.first(), script);
    }

    /** Serves the connection to its end. */
    void serve() {
        boolean begun = false;
        while (!over) {
            try {
                if (!begun) {
                    begun = true;
                    begin();
                }
                watch();
            } catch (SocketTimeoutException e) {
                waited(true);
                leftover();
                giveUp();
            } catch (HandshakeEndedException e) {
                waited(false);
                leftover();
                broken(e);
                leaveTls(Evidence.End.CLIENT);
            } catch (IOException e) {
                waited(false);
                leftover();
                if (link.isPresent()) {
                    parting = "the client closed the connection without close_notify";
                    leaveTls(Evidence.End.CLIENT);
                } else {
                    end(Evidence.End.CLIENT, parting);
                }
            }
        }
    }

    private void begin() throws IOException {
        if (script.first() == Through.TLS) {
            startTls(script.tls());
        }
        if (!over) {
            perform(script.reply(script.first(), Script.GREETING, 0).orElseGet(session::greeting));
        }
    }

    private void watch() throws IOException {
        while (!over) {
            next();
        }
    }

    /** The server waits no longer: it ends its stream, and sees what the client makes of that. */
    private void giveUp() {
        Evidence.End by = ended.orElse(silent ? Evidence.End.SERVER : Evidence.End.TIME);
        String words = "nothing came for as long as the server waits";
        wire.extend(patience);
        if (givenUp || wire.millisLeft() <= 0) {
            end(by, words);
            return;
        }
        try {
            wire.shutdownOutput();
        } catch (IOException e) {
            // It was ended before, or the client is gone.
            end(by, words);
            return;
        }
        givenUp = true;
        silent = true;
        ended = Optional.of(by);
        transcript.note(number, words);
    }

    /** The client did something after the server had fallen silent, or nothing for as long as it waits. */
    private void waited(boolean whole) {
        silentSince.ifPresent(
                since -> evidence.add(new Evidence.Waited(number, Duration.ofNanos(System.nanoTime() - since), whole)));
        silentSince = Optional.empty();
    }

    /** What the client had sent of a line when the wait for the rest of it ended. */
    private void leftover() {
        String text = input.rest();
        if (!text.isEmpty()) {
            var unused = recorded(session.understand(text));
        }
    }

    /** TLS is over: what comes now is in plaintext, and is seen to the end of the connection. */
    private void leaveTls(Evidence.End by) {
        link = Optional.empty();
        closing = false;
        ended = ended.or(() -> Optional.of(by));
        through = Through.PLAINTEXT;
        input = new LineInput(wire.in()::read);
        session = script.dialect().session(Through.PLAINTEXT, script);
        wire.limit(patience);
    }

    private void next() throws IOException {
        if (session.octetsExpected() > 0) {
            int expected = session.octetsExpected();
            received(session.understand(input.octets(expected)));
            return;
        }
        if (link.isEmpty() && ContentType.of(wire.peek()).isPresent()) {
            OctetString header = OctetString.of(wire.peek(TlsRecord.HEADER));
            if (header.length() == TlsRecord.HEADER && TlsRecord.isHeader(header)) {
                recordInPlaintext(header);
                return;
            }
        }
        Optional<String> line = input.line();
        if (line.isEmpty()) {
            if (link.isEmpty()) {
                waited(false);
                end(ended.orElse(Evidence.End.CLIENT), wire.wasReset() ? "the client reset the connection" : parting);
                return;
            }
            waited(false);
            transcript.note(number, "the client sent close_notify");
            closeNotify(link.get());
            leaveTls(Evidence.End.CLOSE_NOTIFY);
            return;
        }
        received(session.understand(line.get()));
    }

    /** TLS where the server has none or has ended it: an alert of the client, or its ClientHello, is no command. */
    private void recordInPlaintext(OctetString header) throws IOException {
        int type = header.at(0);
        if (type == HANDSHAKE_RECORD && !helloRead) {
            var unused = hello();
            // Nobody will answer it, and the client can wait for long.
            silent = true;
            wire.limit(patience);
            return;
        }
        OctetString record = OctetString.of(wire.take(RawWire.length(header)));
        OctetString content = record.slice(TlsRecord.HEADER, record.length());
        if (type == ContentType.ALERT.code() && content.length() == 2) {
            broken(new HandshakeEndedException(How.ALERT, new Alert(content.at(0), content.at(1)).name()));
        } else {
            transcript.add(number, From.CLIENT, Through.TLS, "a record of TLS, whose type is number " + type);
            disguised(content);
        }
    }

    /** What has the header of a record can be plaintext all the same: with the canary in it, or without any handshake. */
    private void disguised(OctetString octets) {
        String content = text(octets);
        Optional<Canary> secret = canaries.within(content, canary);
        if (secret.isPresent() || !helloRead) {
            ReceivedLine line = new ReceivedLine(
                    content, "", "(record)", "", secret.isPresent() ? Weight.CREDENTIAL : Weight.COMMAND);
            evidence.add(new Evidence.Line(number, through, line));
            secret.ifPresent(whose -> attribute(whose, line));
        }
    }

    private static String text(OctetString octets) {
        return new String(octets.array(), StandardCharsets.ISO_8859_1);
    }

    /** Notes what the client sent, with its weight where a canary is in it. */
    private ReceivedLine recorded(ReceivedLine understood) {
        waited(false);
        Optional<Canary> secret = canaries.within(understood.text(), canary);
        ReceivedLine line = secret.map(whose -> new ReceivedLine(
                        understood.text(),
                        understood.tag(),
                        understood.verb(),
                        understood.argument(),
                        heaviest(understood, whose)))
                .orElse(understood);
        transcript.add(number, From.CLIENT, through, line.text());
        evidence.add(new Evidence.Line(number, through, line));
        secret.ifPresent(whose -> attribute(whose, line));
        return line;
    }

    private void received(ReceivedLine understood) throws IOException {
        ReceivedLine line = recorded(understood);
        if (silent) {
            return;
        }
        perform(script.reply(through, line.verb(), earlier(line.verb())).orElseGet(() -> session.answer(line)));
    }

    /** How often the verb came before; 0 for one that comes after too many others, which no client has. */
    private int earlier(String verb) {
        String counted = through + (verb.length() <= MAX_VERB ? verb : verb.substring(0, MAX_VERB));
        return counts.size() < MAX_VERBS || counts.containsKey(counted)
                ? counts.merge(counted, 1, Integer::sum) - 1
                : 0;
    }

    /** The canary's user is the sender or recipient of mail too, where it is no secret. */
    private static Weight heaviest(ReceivedLine line, Canary canary) {
        return line.weight() == Weight.MESSAGE && !canary.hasPassword(line.text()) ? Weight.MESSAGE : Weight.CREDENTIAL;
    }

    /** What has the credentials of another case is that case's. */
    private void attribute(Canary whose, ReceivedLine line) {
        Optional<String> owner = canaries.caseOf(whose);
        Optional<String> here = canaries.caseOf(canary);
        if (owner.isPresent() && here.isPresent() && !owner.equals(here)) {
            canaries.add(new Canaries.Stray(owner.get(), here.get(), through, line.weight(), evidence.described(line)));
            evidence.visited(number, through, owner.get());
        }
    }

    private void perform(Reply reply) throws IOException {
        for (Act act : reply.acts()) {
            if (over) {
                return;
            }
            perform(act);
        }
    }

    private void perform(Act act) throws IOException {
        if (act instanceof Act.Send send) {
            send(filled(send.text()));
        } else if (act instanceof Act.SendBelow below) {
            transcript.add(number, From.SERVER, Through.PLAINTEXT, below.text());
            evidence.add(new Evidence.Sent(number, Through.PLAINTEXT, below.text()));
            wire.write(below.octets());
        } else if (act instanceof Act.Drip drip) {
            drip(filled(drip.text()), drip.each());
        } else if (act instanceof Act.Repeat repeat) {
            repeat(filled(repeat.text()), repeat.times());
        } else if (act instanceof Act.Pause pause) {
            pause(pause.time());
            evidence.add(new Evidence.Paused(number));
            if (wire.waiting()) {
                evidence.add(new Evidence.Early(number, wire.peek()));
                transcript.note(number, "the client did not wait for the server, which paused");
            }
        } else if (act instanceof Act.AwaitClient) {
            var unused = wire.peek();
        } else if (act instanceof Act.EndIfQuiet) {
            if (wire.quiet(patience)) {
                end(Evidence.End.SERVER, "the client sent nothing, and the server closes the connection");
            }
        } else if (act instanceof Act.ReadHello) {
            var unused = hello();
        } else if (act instanceof Act.StartTls start) {
            startTls(start.tls() == ServerTls.OF_SCRIPT ? script.tls() : start.tls());
        } else if (act instanceof Act.FallSilent) {
            silent = true;
            silentSince = Optional.of(System.nanoTime());
            transcript.note(number, "from here on the server answers nothing");
            wire.limit(patience);
        } else if (act instanceof Act.LimitPatience) {
            wire.limit(patience);
        } else if (act instanceof Act.SendAlert alert) {
            transcript.note(number, "the server sends a fatal alert, number " + alert.description());
            wire.write(RecordSplitter.record(ContentType.ALERT.code(), TLS_VERSION, OctetString.of(new byte[] {
                        FATAL, (byte) alert.description()
                    }))
                    .array());
        } else if (act instanceof Act.Close) {
            close();
        } else if (act instanceof Act.Cut) {
            transcript.note(
                    number, "the server closes the connection" + (link.isPresent() ? " without close_notify" : ""));
            wire.shutdownOutput();
            drain();
        }
    }

    private void close() throws IOException {
        if (link.isPresent()) {
            closeNotify(link.get());
        }
        transcript.note(number, "the server closes the connection" + (link.isPresent() ? " with close_notify" : ""));
        wire.shutdownOutput();
        // What the client still sends is seen before the end.
        drain();
    }

    /** Records what the client sends after the server has ended its stream, for as long as a silent server waits. */
    private void drain() throws IOException {
        wire.limit(patience);
        silent = true;
        watch();
    }

    private void closeNotify(SecureLink secure) throws IOException {
        if (!closing) {
            closing = true;
            secure.closeNotify();
        }
    }

    private String filled(String text) {
        return ports.apply(session.filled(text));
    }

    private void send(String text) throws IOException {
        transcript.add(number, From.SERVER, through, text);
        evidence.add(new Evidence.Sent(number, through, text));
        write(text);
    }

    private void write(String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        if (link.isPresent()) {
            link.get().write(octets);
        } else {
            wire.write(octets);
        }
    }

    private void drip(String text, Duration each) throws IOException {
        transcript.note(number, "the server sends " + text.length() + " octets, one by one");
        for (int i = 0; i < text.length() && wire.millisLeft() > 0 && !wire.gone(); i++) {
            write(text.substring(i, i + 1));
            pause(each);
        }
        evidence.add(new Evidence.Sent(number, through, text));
    }

    private void repeat(String text, int times) throws IOException {
        transcript.note(number, "the server sends this " + times + " times: " + text);
        for (int i = 0; i < times && wire.millisLeft() > 0 && !wire.gone(); i++) {
            write(text);
        }
        evidence.add(new Evidence.Sent(number, through, text));
    }

    private void pause(Duration time) throws IOException {
        try {
            Thread.sleep(Math.max(0, Math.min(time.toMillis(), wire.millisLeft())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the case is over", e);
        }
    }

    /**
     * Starts TLS. If the client sends something else than a ClientHello, or the handshake fails, the session goes on in
     * plaintext: only what the client does then shows whether it takes the failure for one.
     */
    private void startTls(ServerTls tls) throws IOException {
        if (link.isPresent()) {
            throw new IllegalStateException(
                    "expected a script that starts TLS once, got one that starts it inside TLS");
        }
        if (!hello().map(this::unread).orElse(false)) {
            return;
        }
        try {
            SecureLink made = tls.handshake(wire);
            evidence.add(new Evidence.Secured(number, made.description()));
            transcript.add(number, From.SUITE, Through.TLS, "handshake finished: " + made.description());
            through = Through.TLS;
            link = Optional.of(made);
            input = new LineInput(new OneByOne(made)::next);
            session = script.dialect().session(Through.TLS, script);
        } catch (HandshakeEndedException e) {
            broken(e);
            switch (e.how()) {
                case SILENCE -> throw new SocketTimeoutException(e.getMessage());
                case CLOSED -> {
                    parting = e.getMessage();
                    drain();
                }
                case WENT_ON, NOT_APPLICABLE -> {
                    transcript.note(number, "the server closes the connection, since it has seen what it can");
                    wire.shutdownOutput();
                    drain();
                }
                case ALERT, NOT_TLS ->
                    // What follows in plaintext is what must not come.
                    wire.limit(patience);
            }
        }
    }

    private void broken(HandshakeEndedException e) {
        evidence.add(new Evidence.Broken(number, e.how(), String.valueOf(e.getMessage())));
        transcript.add(
                number,
                From.SUITE,
                Through.TLS,
                switch (e.how()) {
                    case ALERT -> "the client sent the alert " + e.getMessage();
                    case CLOSED, SILENCE -> String.valueOf(e.getMessage());
                    case NOT_TLS -> "not TLS, or not acceptable: " + e.getMessage();
                    case WENT_ON -> "the client went on with " + e.getMessage();
                    case NOT_APPLICABLE -> "cannot be shown to this client: " + e.getMessage();
                });
    }

    /** The octets of the records that have the ClientHello; empty if something else came. */
    private Optional<byte[]> hello() throws IOException {
        int first = wire.peek();
        if (first < 0) {
            broken(new HandshakeEndedException(How.CLOSED, "the client closed the connection before its ClientHello"));
            end(Evidence.End.CLIENT, "the client closed the connection");
            return Optional.empty();
        }
        if (first != HANDSHAKE_RECORD) {
            broken(new HandshakeEndedException(How.NOT_TLS, "the client sent no ClientHello"));
            return Optional.empty();
        }
        helloRead = true;
        HandshakeAssembler assembler = new HandshakeAssembler();
        OctetString records = OctetString.NONE;
        OctetString content = OctetString.NONE;
        try {
            Optional<HandshakeMessage> message = Optional.empty();
            while (message.isEmpty() && records.length() < MAX_HELLO) {
                TlsRecord record = wire.record();
                records = records.and(record.octets());
                content = content.and(record.content());
                assembler.add(record.content());
                message = assembler.next();
            }
            if (message.isEmpty()) {
                throw new MalformedException("a ClientHello of more than " + MAX_HELLO + " octets");
            }
            ClientHello hello = ClientHello.parse(message.get().octets());
            if (canary.within(text(content))) {
                evidence.add(new Evidence.Line(
                        number,
                        Through.PLAINTEXT,
                        new ReceivedLine("the user or the password", "", ReceivedLine.HELLO, "", Weight.CREDENTIAL)));
                transcript.note(number, "the ClientHello has the user or the password in it");
            }
            evidence.add(new Evidence.Hello(number, hello));
            transcript.add(number, From.CLIENT, Through.TLS, hello.toString());
            return Optional.of(records.array());
        } catch (MalformedException e) {
            broken(new HandshakeEndedException(How.NOT_TLS, e.getMessage()));
            disguised(content);
            return Optional.empty();
        } catch (EOFException e) {
            broken(new HandshakeEndedException(How.CLOSED, "the client closed the connection in its ClientHello"));
            disguised(content.and(OctetString.of(wire.take(MAX_HELLO))));
            end(Evidence.End.CLIENT, "the client closed the connection");
            return Optional.empty();
        }
    }

    private boolean unread(byte[] records) {
        try {
            wire.unread(records);
            return true;
        } catch (IOException e) {
            throw new IllegalStateException("expected room for the ClientHello that was just read", e);
        }
    }

    private void end(Evidence.End how, String words) {
        if (over) {
            return;
        }
        over = true;
        transcript.note(number, words);
        evidence.add(new Evidence.Ended(number, how));
    }

    /** Single octets out of a link that gives many. */
    private static final class OneByOne {
        private final SecureLink link;
        private final byte[] octets = new byte[16 * 1024];
        private int position;
        private int length;

        OneByOne(SecureLink link) {
            this.link = link;
        }

        int next() throws IOException {
            if (position == length) {
                length = link.read(octets);
                position = 0;
                if (length < 0) {
                    length = 0;
                    return -1;
                }
            }
            return octets[position++] & 0xff;
        }
    }
}
