package dev.starttls.examples;

import dev.starttls.core.line.codec.LineEncoder;
import dev.starttls.smtp.SmtpClient;
import dev.starttls.smtp.SmtpConnection;
import dev.starttls.smtp.SmtpReplies;
import dev.starttls.smtp.SmtpReply;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Submits a message inside TLS: AUTH PLAIN, the envelope in one segment where the server allows it, dots before dots. */
public final class SendMailExample {

    private final SmtpReplies replies;
    private final OutputStream commands;
    private final boolean pipelining;

    SendMailExample(SmtpConnection mail) {
        replies = SmtpReplies.over(mail.channel());
        commands = new BufferedOutputStream(mail.outputStream());
        pipelining = mail.capabilities().has("PIPELINING");
    }

    /** Takes a host, a user, a password, a sender, a recipient and the file of a message. */
    public static void main(String[] args) throws IOException {
        SmtpClient client = SmtpClient.to(args[0], 587).readTimeout(Duration.ofMinutes(5));
        try (SmtpConnection mail = client.connect();
                BufferedReader message = Files.newBufferedReader(Path.of(args[5]), StandardCharsets.ISO_8859_1)) {
            SendMailExample session = new SendMailExample(mail);
            session.logIn(args[1], args[2]);
            System.out.println(session.send(args[3], List.of(args[4]), message));
            session.quit();
        }
    }

    void logIn(String user, String password) throws IOException {
        byte[] plain = ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
        say("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain));
        expect(235, next());
    }

    /** Returns the replies that refuse a recipient; the message goes to the others. */
    List<SmtpReply> send(String sender, List<String> recipients, BufferedReader message) throws IOException {
        List<String> envelope = new ArrayList<>(List.of("MAIL FROM:<" + sender + ">"));
        recipients.forEach(recipient -> envelope.add("RCPT TO:<" + recipient + ">"));
        List<SmtpReply> answers = new ArrayList<>();
        for (String command : envelope) {
            say(command);
            if (!pipelining) {
                answers.add(next());
            }
        }
        while (answers.size() < envelope.size()) {
            answers.add(next());
        }
        expect(250, answers.remove(0));
        List<SmtpReply> refusals =
                answers.stream().filter(answer -> answer.category() != 2).toList();
        if (refusals.size() == recipients.size()) {
            throw new IOException("Expected a recipient to be accepted, got " + refusals);
        }
        say("DATA");
        expect(354, next());
        for (String line = message.readLine(); line != null; line = message.readLine()) {
            say(line.startsWith(".") ? "." + line : line);
        }
        say(".");
        expect(250, next());
        return refusals;
    }

    void quit() throws IOException {
        say("QUIT");
        expect(221, next());
    }

    /** Refuses a line that the server would take for two. */
    private void say(String line) throws IOException {
        commands.write(LineEncoder.encode(line).array());
    }

    private SmtpReply next() throws IOException {
        commands.flush();
        return replies.next();
    }

    private static void expect(int code, SmtpReply reply) throws IOException {
        if (reply.code() != code) {
            throw new IOException("Expected " + code + ", got " + reply);
        }
    }
}
