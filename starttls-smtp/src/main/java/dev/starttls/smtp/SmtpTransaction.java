package dev.starttls.smtp;

import dev.starttls.core.line.Ascii;
import dev.starttls.core.upgrade.SessionEnd;
import dev.starttls.core.upgrade.Step;
import dev.starttls.smtp.policy.RequireTls;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * The mail transaction of a server: MAIL, RCPT, DATA, BDAT (RFC 3030), RSET, VRFY and HELP in the order and with the syntax that RFC 5321
 * sections 3.3 and 4.1 have. A command out of order is answered 503, a broken one 501, an unknown one 500. EXPN is known
 * and not offered (502).
 *
 * <pre>{@code
 * SmtpTransaction mail = new SmtpTransaction(envelope -> new Spool(envelope), 10_485_760);
 * new SmtpServerDialogue("mail.example.org", TlsPolicy.REQUIRED, mail, mail.extensions());
 * }</pre>
 *
 * <p>{@link SmtpLogin} goes before it where users log in. A handler of your own around it passes on all methods of {@link
 * SmtpHandler}: a lambda passes on commands alone, so that the delivery never hears that a client comes ({@link
 * SmtpDelivery#admit}) or has gone ({@link SmtpDelivery#ended}), and EHLO does not end a transaction ({@link #greeted}).
 *
 * <p>It keeps its state in the session: one instance serves any number of connections and threads, if the delivery does.
 * A transaction that was open at the upgrade is gone with the session.
 */
public final class SmtpTransaction implements SmtpHandler {

    /** The maximum number of recipients of a message: ten times what RFC 5321 section 4.5.3.1.8 asks for at least. */
    public static final int MAX_RECIPIENTS = 1_000;

    private static final String SMTPUTF8 = "SMTPUTF8";
    /** RFC 3461 section 4, with the octets of UTF-8 of RFC 6531 section 3.4; an empty path is {@code <>}. */
    private static final Pattern XTEXT = Pattern.compile("(?:[!-*,-<>-~\\x80-\\xff]++|\\+[0-9A-F]{2})++");

    private final SmtpDelivery delivery;
    private final long maxOctets;

    /** The open transaction, as the session keeps it. */
    private record Open(SmtpEnvelope envelope, Optional<ChunkedMessage> chunks) {

        Open(SmtpEnvelope envelope) {
            this(envelope, Optional.empty());
        }
    }

    /**
     * A handler.
     *
     * @param delivery where the messages go
     * @param maxOctets the largest message, its CRLFs counted; at least 65,536 (RFC 5321 section 4.5.3.1.7). A client that
     *     sends a larger one is let come to its end, and refused there with 552 (section 4.5.3.1.9), if that takes no more
     *     than as many octets again: what is thrown away costs no more than what is taken. Beyond that the connection is
     *     closed
     * @throws IllegalArgumentException if it is less
     */
    public SmtpTransaction(SmtpDelivery delivery, long maxOctets) {
        if (maxOctets < 65_536) {
            throw new IllegalArgumentException("maxOctets: expected at least 65536, got " + maxOctets);
        }
        this.delivery =
                Objects.requireNonNull(delivery, "delivery: expected an SmtpDelivery to give messages to, got null");
        this.maxOctets = maxOctets;
    }

    /**
     * What may be announced because of this handler.
     *
     * @return PIPELINING (RFC 2920), SIZE (RFC 1870), 8BITMIME (RFC 6152), ENHANCEDSTATUSCODES (RFC 2034), CHUNKING (RFC
     *     3030), and SMTPUTF8 (RFC 6531) and REQUIRETLS (RFC 8689) if the delivery takes them; the last is announced inside TLS only
     */
    public List<String> extensions() {
        List<String> known = new ArrayList<>(
                List.of("PIPELINING", "SIZE " + maxOctets, "8BITMIME", "ENHANCEDSTATUSCODES", "CHUNKING"));
        if (internationalized()) {
            known.add("SMTPUTF8");
        }
        if (delivery.mailParameters().contains(RequireTls.KEYWORD)) {
            known.add(RequireTls.KEYWORD);
        }
        return List.copyOf(known);
    }

    @Override
    public Optional<SmtpReply> connected(SmtpSession session) {
        return delivery.connected(session);
    }

    @Override
    public CompletionStage<Optional<SmtpReply>> admit(SmtpSession session) {
        return delivery.admit(session);
    }

    @Override
    public void ended(SmtpSession session, SessionEnd end) {
        delivery.ended(session, end);
    }

    @Override
    public Optional<SmtpReply> greeted(SmtpSession session) {
        close(session);
        return Optional.empty();
    }

    /** Whether there is an open transaction of such a handler. */
    static boolean open(SmtpSession session) {
        return session.kept(Open.class).isPresent();
    }

    /** Ends the transaction, with a message that has come in part. */
    private static void close(SmtpSession session) {
        Optional<ChunkedMessage> chunks = session.kept(Open.class).flatMap(Open::chunks);
        session.forget(Open.class);
        chunks.ifPresent(ChunkedMessage::abandoned);
    }

    @Override
    public SmtpAnswer handle(SmtpCommand command, SmtpSession session) {
        return switch (command.verb()) {
            case "MAIL" -> mail(command, session);
            case "RCPT" -> recipient(command, session);
            case "DATA" -> data(command, session);
            case "BDAT" -> chunk(command, session);
            case "RSET" -> reset(command, session);
            case "VRFY" ->
                command.argument().isEmpty()
                        ? SmtpAnswer.of(501, "5.5.4 VRFY needs a name or an address")
                        : SmtpAnswer.of(252, "2.5.0 Cannot verify, but will take mail and try");
            case "HELP" -> SmtpAnswer.of(214, "2.0.0 See RFC 5321");
            case "EXPN" -> SmtpAnswer.of(502, "5.5.1 Not implemented");
            default -> SmtpAnswer.of(500, "5.5.2 Command unrecognized");
        };
    }

    private SmtpAnswer mail(SmtpCommand command, SmtpSession session) {
        if (session.clientName().isEmpty()) {
            return SmtpAnswer.of(503, "5.5.1 Send EHLO or HELO first");
        }
        if (open(session)) {
            return SmtpAnswer.of(503, "5.5.1 MAIL was given before; RSET first");
        }
        Optional<SmtpPath> path = SmtpPath.reverse(command.argument());
        if (path.isEmpty()) {
            return SmtpAnswer.of(501, "5.5.4 Expected MAIL FROM:<address>");
        }
        List<String> parameters = path.get().parameters();
        Optional<SmtpAnswer> refusal = parameters(parameters, session);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        SmtpEnvelope envelope = new SmtpEnvelope(
                session.clientName().orElseThrow(), path.get().address(), List.of(), session, parameters);
        Optional<SmtpAnswer> unspeakable = notAscii(path.get(), envelope);
        if (unspeakable.isPresent()) {
            return unspeakable.get();
        }
        session.keep(new Open(envelope));
        return SmtpAnswer.of(250, "2.1.0 Ok");
    }

    private Optional<SmtpAnswer> parameters(List<String> parameters, SmtpSession session) {
        for (String parameter : parameters) {
            String upper = Ascii.upper(parameter);
            if (upper.startsWith("SIZE=")) {
                String digits = upper.substring(5);
                // RFC 1870 section 5: up to 20 digits.
                if (digits.isEmpty() || digits.length() > 20 || !digits.chars().allMatch(c -> Ascii.digit((char) c))) {
                    return Optional.of(SmtpAnswer.of(501, "5.5.4 Expected SIZE=octets"));
                }
                if (digits.length() > 18 || Long.parseLong(digits) > maxOctets) {
                    return Optional.of(SmtpAnswer.of(552, "5.3.4 Message too large"));
                }
            } else if (session.user().isPresent() && upper.startsWith("AUTH=")) {
                // RFC 4954 section 5: who has submitted the message first, as the client says; the delivery may believe
                // it.
                if (!XTEXT.matcher(parameter.substring(5)).matches()) {
                    return Optional.of(SmtpAnswer.of(501, "5.5.4 Expected AUTH=<> or an address"));
                }
            } else if (!upper.equals("BODY=7BIT")
                    && !upper.equals("BODY=8BITMIME")
                    && !delivery.mailParameters().contains(keyword(upper))) {
                return Optional.of(SmtpAnswer.of(555, "5.5.4 Parameter not known"));
            } else if (keyword(upper).equals(RequireTls.KEYWORD)) {
                // RFC 8689 section 2: it has no value, and is given inside TLS only.
                if (!upper.equals(RequireTls.KEYWORD)) {
                    return Optional.of(SmtpAnswer.of(501, "5.5.4 REQUIRETLS takes no value"));
                }
                if (!session.secure()) {
                    return Optional.of(SmtpAnswer.of(530, "5.7.10 REQUIRETLS needs TLS; send STARTTLS first"));
                }
            }
        }
        return Optional.empty();
    }

    private static String keyword(String parameter) {
        int equals = parameter.indexOf('=');
        return equals < 0 ? parameter : parameter.substring(0, equals);
    }

    private boolean internationalized() {
        return delivery.mailParameters().contains(SMTPUTF8);
    }

    /** RFC 6531 section 3.4: an address that is not ASCII needs the parameter; of servers that do not know it, others decide. */
    private Optional<SmtpAnswer> notAscii(SmtpPath path, SmtpEnvelope envelope) {
        if (!internationalized() || path.address().chars().allMatch(octet -> octet < 0x80)) {
            return Optional.empty();
        }
        if (!envelope.internationalized()) {
            return Optional.of(SmtpAnswer.of(553, "5.6.7 An address that is not ASCII needs SMTPUTF8"));
        }
        try {
            var unused = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(path.address().getBytes(StandardCharsets.ISO_8859_1)));
            return Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.of(SmtpAnswer.of(501, "5.5.4 Expected an address in UTF-8"));
        }
    }

    private SmtpAnswer recipient(SmtpCommand command, SmtpSession session) {
        Optional<Open> open = session.kept(Open.class);
        if (open.isEmpty() || open.get().chunks().isPresent()) {
            return SmtpAnswer.of(503, "5.5.1 Send MAIL first");
        }
        SmtpEnvelope envelope = open.get().envelope();
        Optional<SmtpPath> path = SmtpPath.forward(command.argument());
        if (path.isEmpty()) {
            return SmtpAnswer.of(501, "5.5.4 Expected RCPT TO:<address>");
        }
        if (!path.get().parameters().isEmpty()) {
            return SmtpAnswer.of(555, "5.5.4 Parameter not known");
        }
        if (envelope.recipients().size() >= MAX_RECIPIENTS) {
            return SmtpAnswer.of(452, "4.5.3 Too many recipients");
        }
        Optional<SmtpAnswer> unspeakable = notAscii(path.get(), envelope);
        if (unspeakable.isPresent()) {
            return unspeakable.get();
        }
        String address = path.get().address();
        CompletionStage<Optional<SmtpReply>> decision = delivery.decide(envelope, address);
        SmtpEnvelope taken = envelope.withRecipient(address);
        return Step.Later.present(decision)
                .map(refusal -> recipient(refusal, taken, session))
                .orElseGet(() -> SmtpAnswer.later(decision.thenApply(refusal -> recipient(refusal, taken, session))));
    }

    private static SmtpAnswer recipient(Optional<SmtpReply> refusal, SmtpEnvelope taken, SmtpSession session) {
        if (refusal.isPresent()) {
            SmtpServerDialogue.requireRefusal(refusal.get(), "return Optional.empty() to take the recipient");
            return new SmtpAnswer.Reply(refusal.get());
        }
        session.keep(new Open(taken));
        return SmtpAnswer.of(250, "2.1.5 Ok");
    }

    private SmtpAnswer data(SmtpCommand command, SmtpSession session) {
        Optional<Open> open = session.kept(Open.class);
        if (open.isEmpty() || open.get().envelope().recipients().isEmpty()) {
            return SmtpAnswer.of(503, "5.5.1 Send MAIL and RCPT first");
        }
        if (open.get().chunks().isPresent()) {
            // RFC 3030 section 2: DATA and BDAT are not mixed in a transaction.
            return SmtpAnswer.of(503, "5.5.1 BDAT was given before; send BDAT or RSET");
        }
        if (!command.argument().isEmpty()) {
            return SmtpAnswer.of(501, "5.5.4 DATA takes no argument");
        }
        session.forget(Open.class);
        return new SmtpAnswer.Data(
                SmtpReply.of(354, "End with a dot on a line by itself"),
                new Measured(delivery.begin(open.get().envelope()), maxOctets));
    }

    /** The dialogue has read the size. */
    private SmtpAnswer chunk(SmtpCommand command, SmtpSession session) {
        Optional<Open> open = session.kept(Open.class);
        if (open.isEmpty() || open.get().envelope().recipients().isEmpty()) {
            return SmtpAnswer.of(503, "5.5.1 Send MAIL and RCPT first");
        }
        SmtpEnvelope envelope = open.get().envelope();
        ChunkedMessage message = open.get()
                .chunks()
                .orElseGet(() -> new ChunkedMessage(
                        new Measured(delivery.begin(envelope), maxOctets), () -> session.forget(Open.class)));
        session.keep(new Open(envelope, Optional.of(message)));
        return new SmtpAnswer.Chunk(message.chunk(SmtpChunks.last(command.argument())));
    }

    private SmtpAnswer reset(SmtpCommand command, SmtpSession session) {
        if (!command.argument().isEmpty()) {
            return SmtpAnswer.of(501, "5.5.4 RSET takes no argument");
        }
        close(session);
        return SmtpAnswer.of(250, "2.0.0 Ok");
    }

    /** Counts the octets of a message and keeps those above the limit from the receiver. */
    private static final class Measured implements SmtpDataReceiver {

        private static final SmtpReply TOO_LARGE = SmtpReply.of(552, "5.3.4 Message too large");

        private final SmtpDataReceiver receiver;
        private final long maxOctets;
        private long octets;

        Measured(SmtpDataReceiver receiver, long maxOctets) {
            this.receiver = receiver;
            this.maxOctets = maxOctets;
        }

        @Override
        public void line(String line) {
            boolean fitted = fits();
            octets += line.length() + 2;
            if (fits()) {
                receiver.line(line);
            } else if (fitted) {
                receiver.abandoned();
            }
        }

        @Override
        public SmtpReply end() {
            return fits() ? receiver.end() : TOO_LARGE;
        }

        @Override
        public CompletionStage<SmtpReply> finish() {
            return fits() ? receiver.finish() : CompletableFuture.completedFuture(TOO_LARGE);
        }

        @Override
        public Optional<? extends CompletionStage<?>> pause() {
            return fits() ? receiver.pause() : Optional.empty();
        }

        @Override
        public Duration timeLimit() {
            return receiver.timeLimit();
        }

        @Override
        public Optional<SmtpReply> cutOff() {
            if (fits()) {
                return receiver.cutOff();
            }
            return octets - maxOctets > maxOctets ? Optional.of(TOO_LARGE) : Optional.empty();
        }

        @Override
        public void abandoned() {
            if (fits()) {
                receiver.abandoned();
            }
        }

        private boolean fits() {
            return octets <= maxOctets;
        }
    }
}
