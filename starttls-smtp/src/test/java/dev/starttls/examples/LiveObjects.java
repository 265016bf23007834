package dev.starttls.examples;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** How many objects of the classes that a connection is made of are reachable in this JVM: of the libraries, and of the JDK. */
final class LiveObjects {

    private static final Pattern LINE = Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+"
            + " +(dev\\.starttls\\.\\S+|sun\\.nio\\.ch\\.\\S+Impl|sun\\.security\\.ssl\\.SSLEngineImpl)");
    /** What a closed connection has still to do on the threads of the loops takes far less. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private LiveObjects() {}

    /** The number of objects of each class, after a full collection. */
    static Map<String, Long> count() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Map<String, Long> counts = new HashMap<>();
        for (MatchResult line : LINE.matcher(histogram).results().toList()) {
            counts.put(line.group(2), Long.parseLong(line.group(1)));
        }
        return counts;
    }

    /** The classes of which there stay so many objects more than there were, and how many more; empty as soon as no class has. */
    static Map<String, Long> grown(Map<String, Long> before, long by) throws JMException {
        long began = System.nanoTime();
        Map<String, Long> grown;
        do {
            grown = new TreeMap<>();
            for (Map.Entry<String, Long> now : count().entrySet()) {
                long more = now.getValue() - before.getOrDefault(now.getKey(), 0L);
                if (more >= by) {
                    grown.put(now.getKey(), more);
                }
            }
        } while (!grown.isEmpty() && System.nanoTime() - began < PATIENCE.toNanos());
        return grown;
    }
}
