package dev.starttls.benchmarks.memory;

import dev.starttls.benchmarks.Contexts;
import dev.starttls.benchmarks.KeyKind;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

/** The CPU time and allocation of one upgrade with a full handshake, both sides together. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class UpgradeInMemory {

    /** The contestant. */
    @Param({"FLOOR", "STARTTLS"})
    public Contestant contestant;

    /** The version of TLS. */
    @Param("TLSv1.3")
    public String version;

    private Supplier<InMemoryPair> pairs;

    /** Makes the contexts. */
    @Setup
    public void start() throws IOException, GeneralSecurityException {
        pairs = contestant.pairs(new Contexts(KeyKind.EC), version);
    }

    /** One upgrade, of a new pair. */
    @Benchmark
    public InMemoryPair upgrade() throws IOException {
        InMemoryPair pair = pairs.get();
        pair.upgrade();
        return pair;
    }
}
