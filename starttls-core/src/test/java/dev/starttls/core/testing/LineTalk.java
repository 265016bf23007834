package dev.starttls.core.testing;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Speaks lines over a channel that has been upgraded. */
public final class LineTalk {

    private final ByteChannel channel;
    private final BufferedReader lines;

    /** Over a blocking channel. */
    public LineTalk(ByteChannel channel) {
        this.channel = channel;
        this.lines = new BufferedReader(
                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.ISO_8859_1));
    }

    /** Says a line, and reads until one that is the last of the answer. */
    public List<String> ask(String line, Predicate<String> last) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
        List<String> answer = new ArrayList<>();
        do {
            String next = lines.readLine();
            if (next == null) {
                throw new EOFException("Expected the rest of the answer, got " + answer + " and the end");
            }
            answer.add(next);
        } while (!last.test(answer.get(answer.size() - 1)));
        return answer;
    }

    /** A command of IMAP, answered OK: all lines of the answer. */
    public List<String> imap(String tag, String command) throws IOException {
        List<String> answer = ask(tag + " " + command, line -> line.startsWith(tag + " "));
        if (!answer.get(answer.size() - 1).startsWith(tag + " OK")) {
            throw new IOException("Expected OK, got " + answer);
        }
        return answer;
    }

    /** A command of SMTP, answered with one line of this code. */
    public void smtp(String command, int code) throws IOException {
        String answer = ask(command, line -> true).get(0);
        if (!answer.startsWith(code + " ")) {
            throw new IOException("Expected " + code + ", got " + answer);
        }
    }

    /** A command of POP3 with an answer of one line, +OK. */
    public String pop3(String command) throws IOException {
        return positive(ask(command, line -> true)).get(0);
    }

    /** A command of POP3 with an answer of several lines: all of them, with the status and the dot. */
    public List<String> pop3Lines(String command) throws IOException {
        return positive(ask(command, line -> line.equals(".") || line.startsWith("-ERR")));
    }

    /** A line that was not asked for. */
    public String next() throws IOException {
        return lines.readLine();
    }

    /** Whether the other side has closed. */
    public boolean ended() throws IOException {
        return lines.readLine() == null;
    }

    private static List<String> positive(List<String> answer) throws IOException {
        if (!answer.get(0).startsWith("+OK")) {
            throw new IOException("Expected +OK, got " + answer);
        }
        return answer;
    }
}
