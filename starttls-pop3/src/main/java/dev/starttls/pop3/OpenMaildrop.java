package dev.starttls.pop3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/** The TRANSACTION state of one session (RFC 1939 sections 5 and 7): the messages at its login, and which are marked as deleted. */
final class OpenMaildrop {

    private final Pop3Mailbox mailbox;
    private final List<Pop3Message> messages;
    private final BitSet deleted = new BitSet();

    OpenMaildrop(Pop3Mailbox mailbox) throws IOException {
        this.mailbox = mailbox;
        this.messages = List.copyOf(mailbox.messages());
    }

    String summary() {
        return count() + " messages (" + octets() + " octets)";
    }

    /** QUIT was said. */
    void update() throws IOException {
        List<Pop3Message> gone = deleted.stream().mapToObj(messages::get).toList();
        if (!gone.isEmpty()) {
            mailbox.delete(gone);
        }
    }

    Pop3Answer handle(Pop3Command command) {
        return switch (command.keyword()) {
            case "STAT" -> alone(command, Pop3Answer.ok(count() + " " + octets()));
            case "NOOP" -> alone(command, Pop3Answer.ok(""));
            case "RSET" -> reset(command);
            case "LIST" -> listing(command, message -> Long.toString(message.octets()));
            case "UIDL" -> listing(command, Pop3Message::uniqueId);
            case "RETR" -> retrieve(command);
            case "DELE" -> delete(command);
            case "TOP" -> top(command);
            default -> Pop3Answer.error("Unknown command");
        };
    }

    private Pop3Answer reset(Pop3Command command) {
        if (command.arguments().isEmpty()) {
            deleted.clear();
        }
        return alone(command, Pop3Answer.ok(summary()));
    }

    private static Pop3Answer alone(Pop3Command command, Pop3Answer answer) {
        return command.arguments().isEmpty() ? answer : Pop3Answer.error(command.keyword() + " takes no argument");
    }

    private Pop3Answer listing(Pop3Command command, Function<Pop3Message, String> property) {
        if (!command.arguments().isEmpty()) {
            OptionalInt index = index(command, 1);
            return index.isEmpty() ? noSuchMessage() : Pop3Answer.ok(listed(index.getAsInt(), property));
        }
        List<String> lines = new ArrayList<>();
        for (int i = deleted.nextClearBit(0); i < messages.size(); i = deleted.nextClearBit(i + 1)) {
            lines.add(listed(i, property));
        }
        return new Pop3Answer.MultiLine(Pop3Reply.ok(summary()), lines);
    }

    private String listed(int index, Function<Pop3Message, String> property) {
        return (index + 1) + " " + property.apply(messages.get(index));
    }

    private Pop3Answer retrieve(Pop3Command command) {
        OptionalInt index = index(command, 1);
        if (index.isEmpty()) {
            return noSuchMessage();
        }
        Pop3Message message = messages.get(index.getAsInt());
        return new Pop3Answer.MultiLine(Pop3Reply.ok(message.octets() + " octets"), message.lines());
    }

    private Pop3Answer delete(Pop3Command command) {
        OptionalInt index = index(command, 1);
        if (index.isEmpty()) {
            return noSuchMessage();
        }
        deleted.set(index.getAsInt());
        return Pop3Answer.ok("Marked as deleted");
    }

    private Pop3Answer top(Pop3Command command) {
        OptionalInt index = index(command, 2);
        OptionalInt bodyLines = index.isEmpty()
                ? OptionalInt.empty()
                : number(command.arguments().get(1));
        if (bodyLines.isEmpty()) {
            return Pop3Answer.error("Expected TOP with a message that is there and a number of lines");
        }
        List<String> lines = messages.get(index.getAsInt()).lines();
        int blank = lines.indexOf("");
        // The header, the line between, and so many lines of the body; in a sum that cannot overflow.
        long end = blank < 0 ? lines.size() : Math.min(lines.size(), blank + 1L + bodyLines.getAsInt());
        return new Pop3Answer.MultiLine(Pop3Reply.ok("Top of the message follows"), lines.subList(0, (int) end));
    }

    /** The message that the first argument numbers, if there are as many arguments as expected and it is there. */
    private OptionalInt index(Pop3Command command, int expected) {
        if (command.arguments().size() != expected) {
            return OptionalInt.empty();
        }
        OptionalInt number = number(command.arguments().get(0));
        boolean there = number.isPresent()
                && number.getAsInt() >= 1
                && number.getAsInt() <= messages.size()
                && !deleted.get(number.getAsInt() - 1);
        return there ? OptionalInt.of(number.getAsInt() - 1) : OptionalInt.empty();
    }

    private static OptionalInt number(String digits) {
        boolean wellFormed = digits.length() <= 9 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return wellFormed ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
    }

    private int count() {
        return messages.size() - deleted.cardinality();
    }

    private long octets() {
        long octets = 0;
        for (int i = deleted.nextClearBit(0); i < messages.size(); i = deleted.nextClearBit(i + 1)) {
            octets += messages.get(i).octets();
        }
        return octets;
    }

    private static Pop3Answer noSuchMessage() {
        return Pop3Answer.error("No such message");
    }
}
