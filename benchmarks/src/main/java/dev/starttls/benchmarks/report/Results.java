package dev.starttls.benchmarks.report;

import java.util.List;
import java.util.Map;

/**
 * The figures of one measurement, as stored.
 *
 * @param <R> what was measured under each condition
 * @param machine it was measured on
 * @param when the day, in UTC
 * @param command that measures it again
 * @param rows one per condition
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
     * A client among its peers, against a server of another project.
     *
     * @param server its name and version
     * @param protocol by its name
     * @param session starttls or implicit
     * @param scenario what all clients of a group did, in the same rounds
     * @param link what was measured of the link
     * @param client by its name in the code
     * @param title by its name for readers
     * @param millis from the TCP connection until the session is ready
     * @param nineOfTen the 90th percentile in milliseconds
     * @param toFloor the ratio to the floor of the same rounds
     * @param repeated in how many rounds a full handshake came before the resumed one that counted
     * @param notResumed how many handshakes were full that should have been resumed, even when repeated
     */
    public record Outside(
            String server,
            String protocol,
            String session,
            Scenario scenario,
            RoundTrips link,
            String client,
            String title,
            Spread millis,
            double nineOfTen,
            Ratio toFloor,
            int repeated,
            int notResumed) {

        /**
         * Whether another row is about the same client under the same conditions.
         *
         * @param other row
         * @return also true if it was measured in other rounds
         */
        public boolean sameAs(Outside other) {
            return server.equals(other.server)
                    && protocol.equals(other.protocol)
                    && session.equals(other.session)
                    && scenario.equals(other.scenario)
                    && client.equals(other.client);
        }
    }

    /**
     * A link as it was measured, and how often a session crosses it.
     *
     * @param millis the round trip; of loopback, not measured and 0
     * @param session round trips from the first segment of TCP on, by what the client says
     */
    public record RoundTrips(Spread millis, int session) {}

    /**
     * The condition under which clients are compared.
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
     * An upgrade with a server whose context has its key in one way or another.
     *
     * @param keys which way
     * @param scenario version, key, handshake; over loopback
     * @param millis of the floor, from the TCP connection to the reply to the second EHLO
     * @param toServerKeys the ratio to the same with this library's {@code ServerKeys}
     */
    public record ServerKey(String keys, Scenario scenario, Spread millis, Ratio toServerKeys) {}

    /**
     * The first upgrade of a JVM.
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
