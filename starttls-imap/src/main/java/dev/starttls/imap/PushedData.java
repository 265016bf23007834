package dev.starttls.imap;

import dev.starttls.core.line.Ascii;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is to be said to a client unasked, in its order, until it may be; from any thread. */
final class PushedData {

    /** What may wait, in octets: a client that does not read cannot make this side hold more. As much as a phase may have. */
    static final int MAX_OCTETS = 65_536;

    private final ArrayDeque<ImapResponse.Data> waiting = new ArrayDeque<>();
    private Optional<Runnable> wake = Optional.empty();
    private int octets;
    private boolean ended;

    synchronized void wakeBy(Runnable driver) {
        wake = Optional.of(driver);
    }

    /** Returns whether all of it will be said, if nothing ends the session before. */
    boolean add(List<ImapResponse.Data> data) {
        Optional<Runnable> waker;
        synchronized (this) {
            int more = data.stream().mapToInt(PushedData::size).sum();
            if (ended || more > MAX_OCTETS - octets) {
                return false;
            }
            octets += more;
            waiting.addAll(data);
            waker = wake;
        }
        waker.ifPresent(Runnable::run);
        return true;
    }

    /** Takes those that may be said now: without expunges, up to the first of them, so that the order is kept. */
    synchronized List<ImapResponse.Data> take(boolean expunges) {
        List<ImapResponse.Data> taken = new ArrayList<>();
        while (!waiting.isEmpty() && (expunges || !expunge(waiting.peek()))) {
            ImapResponse.Data next = waiting.remove();
            octets -= size(next);
            taken.add(next);
        }
        return taken;
    }

    /** Nothing is said any more. */
    synchronized void end() {
        ended = true;
        waiting.clear();
        octets = 0;
    }

    private static int size(ImapResponse.Data data) {
        // With the asterisk, its space and the CRLF.
        return data.text().length() + 4;
    }

    /** RFC 9051 section 7.5.1, and RFC 7162 section 3.2.10. */
    private static boolean expunge(ImapResponse.Data data) {
        return data.keyword().equals("VANISHED") || Ascii.upper(data.text()).endsWith(" EXPUNGE");
    }
}
