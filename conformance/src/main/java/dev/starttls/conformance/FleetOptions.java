package dev.starttls.conformance;

import dev.starttls.conformance.reach.Addresses;
import dev.starttls.conformance.run.Fleet;
import dev.starttls.conformance.survey.SurveyPace;
import dev.starttls.conformance.target.AddressBlock;
import dev.starttls.core.nio.SocketOpener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** How many servers are asked in one run. */
final class FleetOptions {
    private static final int MAX_TOTAL_RATE = 100_000;

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
            description = "With --survey: at most so many connections per second in all; --rate is for each host.")
    Optional<Integer> totalRate = Optional.empty();

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description =
                    "With --survey: write counts for Prometheus to this file every few seconds, at once as a whole.")
    Optional<Path> metrics = Optional.empty();

    /** The pace of a survey. */
    SurveyPace pace(Optional<Integer> rate) throws UsageException {
        if (totalRate.isPresent() && (totalRate.get() < 1 || totalRate.get() > MAX_TOTAL_RATE)) {
            throw new UsageException(
                    "--total-rate is 1 to " + MAX_TOTAL_RATE + " connections per second, not " + totalRate.get());
        }
        return new SurveyPace(interval(totalRate), interval(rate), System::nanoTime);
    }

    private static Duration interval(Optional<Integer> perSecond) {
        return perSecond.map(each -> Duration.ofSeconds(1).dividedBy(each)).orElse(Duration.ZERO);
    }

    @Option(
            names = "--local-address",
            paramLabel = "ADDRESS",
            description =
                    "With --survey: connect from this address of this machine (default: what the system chooses).")
    Optional<String> localAddress = Optional.empty();

    /** What opens the sockets of a survey. */
    Optional<SocketOpener> sockets() throws UsageException {
        if (localAddress.isEmpty()) {
            return Optional.empty();
        }
        InetAddress local = AddressBlock.parse(localAddress.get())
                .map(AddressBlock::first)
                .orElseThrow(() -> new UsageException("--local-address: expected an address of this machine, such as"
                        + " 192.0.2.1, got '" + localAddress.get() + "'"));
        // Whether it is one of this machine's is said now, and not for each target.
        try (SocketChannel tried = SocketChannel.open()) {
            var unused = tried.bind(new InetSocketAddress(local, 0));
        } catch (IOException | UnsupportedAddressTypeException e) {
            throw new UsageException(
                    "--local-address: cannot connect from " + localAddress.get() + ": " + e.getMessage());
        }
        return Optional.of(address -> SocketChannel.open().bind(new InetSocketAddress(local, 0)));
    }

    /**
     * Refuses what only a survey does, and would otherwise be ignored.
     *
     * @throws UsageException if it is asked for without one
     */
    void requireOfChecks() throws UsageException {
        String named = totalRate.isPresent()
                ? "--total-rate"
                : metrics.isPresent() ? "--metrics" : localAddress.isPresent() ? "--local-address" : "";
        if (!named.isEmpty()) {
            throw new UsageException(named + " is for a survey: add --survey"
                    + (totalRate.isPresent() ? ", or bound the checks by --rate and --targets" : ", or leave it out"));
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
