package dev.starttls.conformance.check;

import dev.starttls.conformance.speak.Conversation;
import dev.starttls.conformance.speak.TlsOffer;
import dev.starttls.conformance.speak.Transcript;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one run of one check is given: the target, connections to it, and the transcript they write. Connections are
 * closed with the subject, so a check need not close them.
 */
public final class CheckContext implements AutoCloseable {
    private final Target target;
    private final TargetSettings settings;
    private final Dialect dialect;
    private final Transcript transcript = new Transcript();
    private final List<Conversation> conversations = new ArrayList<>();
    private Optional<TlsInventory> inventory = Optional.empty();
    private boolean over;
    private long deadline = Long.MAX_VALUE;

    public CheckContext(Target target, TargetSettings settings, Dialect dialect) {
        this.target = target;
        this.settings = settings;
        this.dialect = dialect;
    }

    public Target target() {
        return target;
    }

    public TargetSettings settings() {
        return settings;
    }

    public Dialect dialect() {
        return dialect;
    }

    public Transcript transcript() {
        return transcript;
    }

    /**
     * Leaves what was found out about TLS for the reports, in the place of what was left before: whoever finds more may
     * leave more, and if its time is cut short the reports have what there was by then.
     */
    public void leave(TlsInventory found) {
        synchronized (conversations) {
            inventory = Optional.of(found);
        }
    }

    /** What was left for the reports last; empty if the check is about something else. */
    public Optional<TlsInventory> inventory() {
        synchronized (conversations) {
            return inventory;
        }
    }

    /** How long to listen where the server must be silent. */
    public Duration quiet() {
        return settings.quiet();
    }

    /** TLS as the suite usually takes it up with this target. */
    public TlsOffer offer() {
        return TlsOffer.of(settings.indicationFor(target));
    }

    /** No connection is waited for past so long from now on. */
    public void limit(Duration fromNow) {
        synchronized (conversations) {
            deadline = System.nanoTime() + fromNow.toNanos();
        }
    }

    /**
     * A fresh TCP connection on which nothing was said.
     *
     * @throws IOException if it could not be made, or the time for this subject is over
     */
    public Conversation connect() throws IOException {
        return kept(Conversation.open(target, transcript, nextNumber(), settings.answer(), left()));
    }

    /**
     * A fresh connection on which nothing was said and which, if this machine has another address, does not go from the
     * server's own to itself: servers may take such a client for one of the house, and be less strict with it.
     *
     * @throws IOException if it could not be made
     */
    public Conversation connectFromElsewhere() throws IOException {
        Conversation direct = connect();
        if (!direct.betweenEqualAddresses()) {
            return direct;
        }
        try {
            Conversation other = kept(direct.fromElsewhere(nextNumber()));
            direct.close();
            return other;
        } catch (IOException e) {
            direct.note("could not connect from another address than the server's own: " + e.getMessage());
            return direct;
        }
    }

    private Duration left() throws IOException {
        synchronized (conversations) {
            Duration left =
                    deadline == Long.MAX_VALUE ? settings.answer() : Duration.ofNanos(deadline - System.nanoTime());
            if (over || left.isNegative() || left.isZero()) {
                throw new IOException("the time for this check is over");
            }
            return left;
        }
    }

    private int nextNumber() {
        synchronized (conversations) {
            return conversations.size() + 1;
        }
    }

    private Conversation kept(Conversation conversation) {
        synchronized (conversations) {
            conversations.add(conversation);
            if (over) {
                conversation.abandon();
            }
        }
        return conversation;
    }

    /**
     * A fresh connection on which a ClientHello is due: at once with implicit TLS, else after the protocol's own
     * command and the server's go-ahead. Bytes that came behind the go-ahead are left in
     * {@link Conversation#takePending()}.
     *
     * @throws IOException if no connection could be made
     */
    public Approach approach() throws IOException {
        Conversation conversation = connect();
        if (target.scheme().implicitTls()) {
            return new Approach.Ready(conversation);
        }
        Optional<Verdict> obstacle = dialect.talkToGoAhead(conversation);
        return obstacle.isPresent() ? new Approach.Blocked(obstacle.get()) : new Approach.Ready(conversation);
    }

    /** Ends all connections from another thread because the time is over. */
    public void abandon() {
        synchronized (conversations) {
            over = true;
            conversations.forEach(Conversation::abandon);
        }
    }

    @Override
    public void close() {
        synchronized (conversations) {
            conversations.forEach(Conversation::close);
        }
    }
}
