package dev.starttls.examples;

import dev.starttls.core.line.OctetSink;
import dev.starttls.core.line.codec.LineEncoder;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.pop3.Pop3Connection;
import dev.starttls.pop3.Pop3Reply;
import dev.starttls.pop3.Pop3Responses;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Logs in inside TLS and writes each message into a file, of which no more than a piece is held at a time. */
public final class RetrieveMailExample {

    private final Pop3Responses responses;
    private final OutputStream commands;

    RetrieveMailExample(Pop3Connection mail) {
        responses = Pop3Responses.over(mail.channel());
        commands = mail.outputStream();
    }

    /** Takes a host, a user, a password and a folder. */
    public static void main(String[] args) throws IOException {
        Pop3Client client = Pop3Client.to(args[0], 110).readTimeout(Duration.ofMinutes(10));
        try (Pop3Connection mail = client.connect()) {
            RetrieveMailExample session = new RetrieveMailExample(mail);
            session.logIn(args[1], args[2]);
            for (String entry : session.list()) {
                String number = entry.substring(0, entry.indexOf(' '));
                try (OutputStream file = Files.newOutputStream(Path.of(args[3], number + ".eml"))) {
                    System.out.println(number + ": " + session.retrieve(number, file) + " octets");
                }
            }
            session.quit();
        }
    }

    void logIn(String user, String password) throws IOException {
        say("USER " + user);
        say("PASS " + password);
    }

    /** Returns a line for each message: its number and its size. */
    List<String> list() throws IOException {
        say("LIST");
        return responses.lines();
    }

    /** Writes the message as it is; returns its size. */
    long retrieve(String number, OutputStream file) throws IOException {
        say("RETR " + number);
        return responses.content(OctetSink.to(file));
    }

    void quit() throws IOException {
        say("QUIT");
    }

    /** Refuses a line that the server would take for two, and an answer that is not positive. */
    private void say(String command) throws IOException {
        commands.write(LineEncoder.encode(command).array());
        Pop3Reply reply = responses.next();
        if (!reply.positive()) {
            throw new IOException("Expected +OK, got " + reply);
        }
    }
}
