package dev.starttls.core.nio;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The members of a loop that are not inside TLS and have work to do, in the order in which it came up. A handshake computes
 * for milliseconds: of thousands that are ready at once, each pass of the loop serves a few, so that no session inside TLS
 * waits for all of them. How long a pass is, {@link SelectorLoop#UPGRADE_NANOS} says; what users read of it is in {@link
 * UpgradeLoop}. Only the loop's thread touches it.
 *
 * <p>What was accepted just now comes first. It has waited for a round of all others already, in the backlog, until the
 * acceptor had its own turn; at the end of the queue its greeting would wait for another. An acceptor takes few connections
 * in a turn and then waits for its next as all do, so that those at work have their turns however many connect.
 */
final class UpgradeQueue {

    private final Map<LoopMember, Entry> waiting = new LinkedHashMap<>();
    /** Those that have had no turn yet. */
    private final Map<LoopMember, Entry> accepted = new LinkedHashMap<>();
    /** Of this pass: their keys are ready, and would be selected in every pass until they are served. */
    private final List<Entry> selected = new ArrayList<>();

    /** A place in the queue. It is made only for those that wait, so that an idle member has nothing of it. */
    private static final class Entry {

        private final LoopMember member;
        private final long since;
        private final boolean late;
        private Optional<SelectionKey> key = Optional.empty();
        /** The key's interest while the selector is asked for nothing; -1 while it is asked. */
        private int interestBefore = -1;

        Entry(LoopMember member, long since, boolean late) {
            this.member = member;
            this.since = since;
            this.late = late;
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty() && accepted.isEmpty();
    }

    /** Whether it waits for the loop, not for its peer: its deadline is not looked at meanwhile. */
    boolean holds(Object member) {
        return waiting.containsKey(member) || accepted.containsKey(member);
    }

    /** One that has work left: what it waits from now on is not its peer's time. */
    void add(LoopMember member, long now) {
        Entry unused = place(member, now, false);
    }

    /** One whose time is over: what it waits makes that no better. */
    void addLate(LoopMember member, long now) {
        Entry unused = place(member, now, true);
    }

    /** One that was accepted just now. */
    void addFirst(LoopMember member, long now) {
        accepted.put(member, new Entry(member, now, false));
    }

    /** The place that it has already, or one at the end. */
    private Entry place(LoopMember member, long now, boolean late) {
        Entry first = accepted.get(member);
        return first != null ? first : waiting.computeIfAbsent(member, joining -> new Entry(joining, now, late));
    }

    /** One whose key was selected. */
    void add(LoopMember member, SelectionKey key, long now) {
        Entry entry = place(member, now, false);
        // Of one with several keys, those of addresses that are raced, the others are selected again.
        if (entry.interestBefore < 0 && entry.key.isEmpty()) {
            entry.key = Optional.of(key);
            selected.add(entry);
        }
    }

    /** Serves the one whose turn it is. Returns it, if there is any. */
    Optional<LoopMember> serveNext(long now) {
        if (isEmpty()) {
            return Optional.empty();
        }
        Iterator<Entry> first =
                (accepted.isEmpty() ? waiting : accepted).values().iterator();
        Entry entry = first.next();
        first.remove();
        LoopMember member = entry.member;
        LoopThread.contained(() -> serve(entry, now), member::broken);
        return Optional.of(member);
    }

    /** The pass is over: the selector is not asked for those that go on waiting, which is one more than has to be looked at. */
    void endPass() {
        for (Entry entry : selected) {
            if (waiting.get(entry.member) == entry) {
                entry.key.ifPresent(key -> entry.interestBefore = interest(key, 0));
            }
        }
        selected.clear();
    }

    private static void serve(Entry entry, long now) {
        if (!entry.late) {
            entry.member.waited(now - entry.since);
        }
        if (entry.key.isPresent()) {
            SelectionKey key = entry.key.get();
            if (entry.interestBefore >= 0) {
                int unused = interest(key, entry.interestBefore);
            }
            entry.member.selected(key);
        } else {
            entry.member.turn();
        }
    }

    /** Returns what it was. Any thread may close a channel at any time; its member finds out when it is served. */
    private static int interest(SelectionKey key, int operations) {
        try {
            int before = key.interestOps();
            key.interestOps(operations);
            return before;
        } catch (CancelledKeyException e) {
            return -1;
        }
    }
}
