package dev.starttls.conformance;

import dev.starttls.conformance.reach.Addresses;
import dev.starttls.conformance.reach.ConnectionRate;
import dev.starttls.conformance.reach.LocalSocket;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.survey.SurveyPace;
import dev.starttls.conformance.target.AddressBlock;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Which servers are asked in one run, how fast, and from where; for checks and surveys alike, unless they say it. */
final class FleetOptions {
    @Option(
            names = "--survey",
            description =
                    "No checks: connects to each target once, does one handshake, and reports what was agreed on and"
                            + " whether the certificate is good. As text, json or ndjson; --survey --schema prints their schema.")
    boolean survey;

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description =
                    "Leave out the targets that have a result in this ndjson file of an earlier run, if it exists. With"
                            + " --format ndjson=FILE, or >> FILE, the results of this run are added to it; a last line that was cut off"
                            + " is removed first.")
    Optional<Path> resume = Optional.empty();

    @Option(
            names = "--blocklist",
            paramLabel = "FILE",
            description = "Never connect to these: an address, ADDRESS/BITS or a name, with its subdomains, per line.")
    Optional<Path> blocklist = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "The addresses of SCHEME://ADDRESS[:PORT]/BITS in an order that this number decides, and the lines of"
                            + " the targets file out of order within windows of " + Shuffled.WINDOW
                            + " (default: as they are).")
    Optional<Long> seed = Optional.empty();

    /** The servers that are never connected to. */
    Blocklist refused() throws UsageException {
        return blocklist.isPresent() ? Blocklist.in(blocklist.get()) : Blocklist.none();
    }

    @Option(
            names = "--total-rate",
            paramLabel = "N",
            description = "At most so many connections per second in all, and so many targets checked at the same time;"
                    + " --rate is for each target.")
    @NumberRange(max = 100_000, unit = " connections per second")
    Optional<Integer> totalRate = Optional.empty();

    @Option(
            names = "--metrics",
            paramLabel = "FILE|[HOST]:PORT",
            description =
                    "Write counts for Prometheus to this file every few seconds, at once as a whole; or serve them"
                            + " at http://HOST:PORT" + MetricsServer.PATH
                            + " until the run ends (default host: loopback).")
    Optional<String> metrics = Optional.empty();

    @Option(
            names = "--local-address",
            paramLabel = "ADDRESS",
            description = "Connect from this address of this machine (default: what the system chooses).")
    Optional<String> localAddress = Optional.empty();

    /** The rate of the connections of the run. */
    ConnectionRate rate() {
        return ConnectionRate.every(interval(totalRate), System::nanoTime);
    }

    /** How many of so many targets are checked at the same time: each then has a connection in a second, and its time suffices. */
    int atOnce(int targets) {
        return Math.min(targets, totalRate.orElse(targets));
    }

    /** The pace of a survey. */
    SurveyPace pace(Optional<Integer> each) {
        return new SurveyPace(rate(), interval(each), System::nanoTime);
    }

    private static Duration interval(Optional<Integer> perSecond) {
        return perSecond.map(each -> Duration.ofSeconds(1).dividedBy(each)).orElse(Duration.ZERO);
    }

    /** Where the counts go; a port is taken at once. */
    Metrics metrics() throws UsageException {
        if (metrics.isEmpty()) {
            return Metrics.none();
        }
        Optional<HostAndPort> served = metrics.filter(text -> text.matches("[^/\\\\]*:[0-9]{1,9}"))
                .flatMap(HostAndPort::parse)
                .filter(text -> text.port().isPresent());
        if (metrics.get().isBlank() || metrics.get().equals(":")) {
            throw new UsageException("--metrics: expected a file or [HOST]:PORT, got '" + metrics.get() + "'");
        }
        return served.isPresent()
                ? MetricsServer.at(served.get().toListen("--metrics", 1))
                : new MetricsFile(FileName.of("--metrics", metrics.get()));
    }

    /** The address that is connected from; empty for the system's choice. */
    Optional<InetAddress> local() throws UsageException {
        if (localAddress.isEmpty()) {
            return Optional.empty();
        }
        InetAddress local = AddressBlock.parse(localAddress.get())
                .map(AddressBlock::first)
                .orElseThrow(() -> new UsageException("--local-address: expected an address of this machine, such as"
                        + " 192.0.2.1, got '" + localAddress.get() + "'"));
        // Whether it is one of this machine's is said now, and not for each target.
        try (SocketChannel tried = LocalSocket.bound(local)) {
            var unused = tried.getLocalAddress();
            return Optional.of(local);
        } catch (IOException e) {
            throw new UsageException(
                    "--local-address: cannot connect from " + localAddress.get() + ": " + e.getMessage());
        }
    }

    /** The seed of the order. */
    OptionalLong order() {
        return seed.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    /** The same targets in the order of the seed. */
    Fleet.Source ordered(Fleet.Source source) {
        return seed.<Fleet.Source>map(own -> new Shuffled(source, own)).orElse(source);
    }

    /** The targets that are done. */
    DoneTargets done(Addresses addresses) throws UsageException {
        return resume.isPresent() ? DoneTargets.in(resume.get(), addresses == Addresses.ALL) : DoneTargets.none();
    }
}
