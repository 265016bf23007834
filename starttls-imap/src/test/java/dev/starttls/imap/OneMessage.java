package dev.starttls.imap;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A mailbox with one message in it for ever: as much of IMAP as clients need to read that. */
final class OneMessage implements ImapHandler {

    private final String message;

    OneMessage(String message) {
        this.message = message;
    }

    @Override
    public ImapAnswer handle(ImapCommand command, ImapSession session) {
        String name = command.name().equals("UID") ? command.argument().split(" ", 2)[0] : command.name();
        return switch (name) {
            case "NOOP", "CLOSE", "CHECK" -> ImapAnswer.ok("Done");
            case "LIST" -> ImapAnswer.ok("Done", new ImapResponse.Data("LIST (\\Noinferiors) NIL INBOX"));
            case "SELECT", "EXAMINE" ->
                ImapAnswer.ok(
                        "[READ-WRITE] Selected",
                        new ImapResponse.Data("FLAGS (\\Seen)"),
                        new ImapResponse.Data("1 EXISTS"),
                        new ImapResponse.Data("0 RECENT"),
                        new ImapResponse.Data("OK [UIDVALIDITY 1] For ever"),
                        new ImapResponse.Data("OK [UIDNEXT 2] Never"));
            case "FETCH" -> ImapAnswer.ok("Fetched", fetched(command));
            default -> ImapAnswer.bad("Unknown command");
        };
    }

    /** What was asked for and no more: mbsync takes it for an error. */
    private ImapResponse.Data fetched(ImapCommand command) {
        List<String> items = new ArrayList<>();
        if (command.name().equals("UID") || command.argument().contains("UID")) {
            items.add("UID 1");
        }
        if (command.argument().contains("FLAGS")) {
            items.add("FLAGS (\\Seen)");
        }
        if (command.argument().contains("RFC822.SIZE")) {
            items.add("RFC822.SIZE " + octets());
        }
        if (command.argument().contains("BODY")) {
            items.add("BODY[] {" + octets() + "}\r\n" + message);
        }
        return new ImapResponse.Data("1 FETCH (" + String.join(" ", items) + ")");
    }

    private int octets() {
        return message.getBytes(StandardCharsets.ISO_8859_1).length;
    }
}
