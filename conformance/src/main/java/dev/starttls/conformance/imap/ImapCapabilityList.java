package dev.starttls.conformance.imap;

import dev.starttls.conformance.session.Offers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The capabilities in {@code * CAPABILITY} lines, in upper case (RFC 9051 section 7.2.2). */
record ImapCapabilityList(List<String> announced) implements Offers {
    ImapCapabilityList {
        announced = List.copyOf(announced);
    }

    static ImapCapabilityList in(ImapCommandResult answer) {
        List<String> all = new ArrayList<>();
        for (ObservedImapResponse.Data line : answer.capabilities()) {
            String[] words = line.text().toUpperCase(Locale.ROOT).split(" +");
            all.addAll(List.of(words).subList(1, words.length));
        }
        return new ImapCapabilityList(all);
    }

    /** The list in a response code CAPABILITY (RFC 9051 section 7.1); empty if there is none. */
    static Optional<ImapCapabilityList> in(Optional<String> code) {
        return code.filter(text -> text.startsWith("CAPABILITY "))
                .map(text -> new ImapCapabilityList(
                        List.of(text.substring("CAPABILITY ".length()).strip().split(" +"))));
    }

    boolean has(String capability) {
        return announced.contains(capability);
    }

    @Override
    public Optional<String> upgrade() {
        return has("STARTTLS") ? Optional.of("") : Optional.empty();
    }

    /** Always, except where one command may change the meaning of another (RFC 9051 section 5.5). */
    @Override
    public boolean pipelining() {
        return true;
    }

    @Override
    public Set<String> mechanisms() {
        TreeSet<String> mechanisms = new TreeSet<>();
        announced.stream()
                .filter(capability -> capability.startsWith("AUTH="))
                .forEach(capability -> mechanisms.add(capability.substring("AUTH=".length())));
        return mechanisms;
    }

    /** All of them, sorted. */
    @Override
    public Collection<String> description() {
        return new TreeSet<>(announced);
    }
}
