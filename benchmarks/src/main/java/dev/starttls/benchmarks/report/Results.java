package dev.starttls.benchmarks.report;

import java.util.List;
import java.util.Map;

/**
 * The figures of one measurement, as they are kept.
 *
 * @param <R> what was measured under each condition
 * @param machine it was measured on
 * @param when the day, in UTC
 * @param command that measures it again
 * @param rows one a condition
 */
public record Results<R>(Machine machine, String when, String command, List<R> rows) {

    /**
     * A client among its peers.
     *
     * @param scenario what all clients of a group did, in the same rounds
     * @param client by its name in the code
     * @param title by its name for readers
     * @param millis from the TCP connection to the reply to the second EHLO
     * @param toFloor the ratio to the floor of the same rounds
     */
    public record Peer(Scenario scenario, String client, String title, Spread millis, Ratio toFloor) {}

    /**
     * What clients are compared in.
     *
     * @param version of TLS
     * @param key of the server
     * @param handshake full or resumed
     * @param linkMillis the round trip of the link; 0 for loopback
     */
    public record Scenario(String version, String key, String handshake, int linkMillis) {}

    /**
     * What a session costs this library under one condition.
     *
     * @param protocol by its name
     * @param session plaintext, starttls or implicit
     * @param scenario version, key, handshake and link
     * @param millis from the TCP connection until the session is ready
     * @param roundTrips as the report of the upgrade has them
     * @param phases the median of each phase, in milliseconds
     * @param phaseRoundTrips the round trips of each phase
     */
    public record Upgrade(
            String protocol,
            String session,
            Scenario scenario,
            Spread millis,
            int roundTrips,
            Map<String, Double> phases,
            Map<String, Integer> phaseRoundTrips) {}

    /**
     * The first upgrade of a virtual machine.
     *
     * @param client by its name in the code
     * @param title by its name for readers
     * @param archive which class-data sharing archive it began with
     * @param linkMillis the round trip of the link
     * @param contextMillis the making of the SSL context before it
     * @param millis from the TCP connection to the reply to the second EHLO
     */
    public record Cold(
            String client, String title, String archive, int linkMillis, Spread contextMillis, Spread millis) {}
}
