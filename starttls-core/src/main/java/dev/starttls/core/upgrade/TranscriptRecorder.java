package dev.starttls.core.upgrade;

import dev.starttls.core.upgrade.DialogueTranscript.Direction;
import dev.starttls.core.upgrade.DialogueTranscript.Entry;
import dev.starttls.core.upgrade.DialogueTranscript.Protection;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Makes the entries of one connection, within bounds, until the transcript throws. */
final class TranscriptRecorder {

    private final Dialogue dialogue;
    private final UpgradeSettings settings;
    private final Peer peer;
    private int entriesLeft = DialogueTranscript.MAX_ENTRIES;

    TranscriptRecorder(Dialogue dialogue, UpgradeSettings settings, Peer peer) {
        this.dialogue = dialogue;
        this.settings = settings;
        this.peer = peer;
    }

    void received(Protection protection, String line) {
        add(Direction.RECEIVED, protection, () -> dialogue.shown(Direction.RECEIVED, line));
    }

    void received(Protection protection, byte[] octets) {
        add(Direction.RECEIVED, protection, () -> dialogue.shown(Direction.RECEIVED, octets.clone()));
    }

    void sent(Protection protection, Output output) {
        if (output.isEmpty()) {
            return;
        }
        if (!output.parts().isEmpty()) {
            output.parts().forEach(part -> sent(protection, part));
            return;
        }
        if (!output.madeOfLines()) {
            add(Direction.SENT, protection, () -> dialogue.shown(Direction.SENT, output.toOctets()));
            return;
        }
        String lines = new String(output.toOctets(), StandardCharsets.ISO_8859_1);
        for (int from = 0; from < lines.length() && entriesLeft > 0; ) {
            int end = lines.indexOf("\r\n", from);
            String line = lines.substring(from, end);
            add(Direction.SENT, protection, () -> dialogue.shown(Direction.SENT, line));
            from = end + 2;
        }
    }

    private void add(Direction direction, Protection protection, Supplier<String> text) {
        if (entriesLeft <= 0) {
            return;
        }
        entriesLeft--;
        try {
            settings.transcript()
                    .add(new Entry(
                            peer,
                            dialogue.role(),
                            direction,
                            protection,
                            Wording.printable(text.get(), DialogueTranscript.MAX_TEXT)));
        } catch (Throwable e) {
            // Neither a transcript nor what a dialogue shows of itself may end a connection.
            entriesLeft = 0;
            try {
                settings.listener().uncaught(e);
            } catch (Throwable listeners) {
                e.addSuppressed(listeners);
            }
        }
    }
}
