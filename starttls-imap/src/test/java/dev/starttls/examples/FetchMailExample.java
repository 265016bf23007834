package dev.starttls.examples;

import dev.starttls.core.line.OctetSink;
import dev.starttls.core.line.codec.LineEncoder;
import dev.starttls.imap.ImapClient;
import dev.starttls.imap.ImapCondition;
import dev.starttls.imap.ImapConnection;
import dev.starttls.imap.ImapResponse;
import dev.starttls.imap.ImapResponses;
import dev.starttls.imap.ImapStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Logs in inside TLS and fetches a message of any size into a file, of which no more than a piece is held at a time. */
public final class FetchMailExample {

    private final ImapResponses responses;
    private final OutputStream commands;
    private int tags;

    FetchMailExample(ImapConnection mail) {
        responses = ImapResponses.over(mail.channel());
        commands = mail.outputStream();
    }

    /** Takes a host, a user, a password and the file to be written. */
    public static void main(String[] args) throws IOException {
        ImapClient client = ImapClient.to(args[0], 143).readTimeout(Duration.ofMinutes(5));
        try (ImapConnection mail = client.connect();
                OutputStream file = Files.newOutputStream(Path.of(args[3]))) {
            FetchMailExample session = new FetchMailExample(mail);
            session.logIn(args[1], args[2]);
            System.out.println(session.command("SELECT INBOX"));
            session.fetch(1, file);
            session.command("LOGOUT");
        }
    }

    void logIn(String user, String password) throws IOException {
        String tag = say("AUTHENTICATE PLAIN");
        ImapResponse response = responses.next();
        if (!(response instanceof ImapResponse.Continuation)) {
            throw new IOException("Expected to be asked for the credentials, got " + response);
        }
        byte[] plain = ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
        commands.write(
                LineEncoder.encode(Base64.getEncoder().encodeToString(plain)).array());
        finish(tag);
    }

    /** Writes the message as it is, and leaves it unseen. */
    void fetch(int number, OutputStream file) throws IOException {
        responses.literals(
                (before, octets) -> before.endsWith("BODY[] ") ? Optional.of(OctetSink.to(file)) : Optional.empty());
        command("FETCH " + number + " BODY.PEEK[]");
    }

    /** Returns what came before the command ended. */
    List<ImapResponse> command(String command) throws IOException {
        return finish(say(command));
    }

    private List<ImapResponse> finish(String tag) throws IOException {
        List<ImapResponse> before = new ArrayList<>();
        ImapStatus status = responses.until(tag, before::add);
        if (status.condition() != ImapCondition.OK) {
            throw new IOException("Expected OK, got " + status);
        }
        return before;
    }

    /** Refuses a line that the server would take for two. */
    private String say(String command) throws IOException {
        tags++;
        commands.write(LineEncoder.encode("a" + tags + " " + command).array());
        return "a" + tags;
    }
}
