package dev.starttls.pop3;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Messages in memory. */
final class MemoryMailbox implements Pop3Mailbox {

    private List<Pop3Message> messages;

    MemoryMailbox(List<Pop3Message> messages) {
        this.messages = List.copyOf(messages);
    }

    @Override
    public synchronized List<Pop3Message> messages() {
        return messages;
    }

    @Override
    public synchronized void delete(List<Pop3Message> deleted) {
        Set<String> gone = deleted.stream().map(Pop3Message::uniqueId).collect(Collectors.toSet());
        messages = messages.stream()
                .filter(message -> !gone.contains(message.uniqueId()))
                .toList();
    }
}
