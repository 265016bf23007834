package dev.starttls.benchmarks.memory;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The CPU time and allocation of one record, encrypted and decrypted. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RecordInMemory {

    /** The contestant. */
    @Param({"FLOOR", "STARTTLS"})
    public Contestant contestant;

    /** The version of TLS. */
    @Param("TLSv1.3")
    public String version;

    /** The octets in a record. */
    @Param({"100", "16384"})
    public int octets;

    private InMemoryPair pair;
    private ByteBuffer source;
    private ByteBuffer target;

    /** Upgrades a pair. */
    @Setup
    public void start() throws IOException, GeneralSecurityException {
        pair = contestant.pairs(new Contexts(KeyKind.EC), version).get();
        pair.upgrade();
        source = ByteBuffer.allocate(octets);
        target = ByteBuffer.allocate(17_000);
    }

    /** One record. */
    @Benchmark
    public int send() throws IOException {
        pair.send(source.clear(), target.clear());
        if (target.position() != octets) {
            throw new IOException("Expected " + octets + " octets, got " + target.position());
        }
        return target.position();
    }
}
