package dev.starttls.core.upgrade;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * What a connection is at present: first its upgrade, then the application's. What the calls mean is said where {@link
 * UpgradeConnection} has them.
 */
interface Stage {

    void spent(Phase phase, long nanos);

    void precededBy(UpgradeException failed);

    void begin(long nanos) throws IOException;

    void ownTime(long nanos);

    void keptWaiting(long nanos);

    void tick(long nanos) throws UpgradeException;

    Optional<Long> deadline();

    Want want();

    Optional<Runnable> task();

    boolean prepareNext() throws IOException;

    Optional<Runnable> preparation();

    void receive(ByteBuffer network, ByteBuffer application) throws IOException;

    void transmit(ByteBuffer application, ByteBuffer network) throws IOException;

    void endOfInput() throws IOException;

    void transportFailed(IOException thrown) throws UpgradeException;

    void abort(UpgradeException why);

    boolean ready();

    boolean inputEnded();

    boolean holdsInput();

    Duration timeToClose();

    State state();

    Phase phase();

    UpgradeReport report();

    Optional<UpgradeException> failure();

    void shutDown();

    void close();

    void end();

    /** The octets of memory that the peer can make this side hold: of lines, of answers to them and of records. */
    int held();

    /** The stage that goes on from here: this one, unless it is over. */
    Stage next();
}
