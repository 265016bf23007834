package dev.starttls.smtp.link;

import dev.starttls.core.testing.ExternalProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A client's host, a server's host and a router between them, each a network namespace, so that what goes wrong with a link
 * can be done at the router. Nothing leaves them.
 *
 * <pre>
 *   client 10.91.1.2 -- 10.91.1.1 router 10.91.2.1 -- 10.91.2.2 server
 * </pre>
 */
final class Namespaces implements AutoCloseable {

    static final String SERVER_ADDRESS = "10.91.2.2";

    private static final List<String> HOSTS = List.of("client", "router", "server");

    private final ExternalProgram ip;
    private final ExternalProgram nft;
    private final String prefix = "starttls-" + ProcessHandle.current().pid() + "-";
    private final Thread hook = new Thread(this::delete, "namespaces");

    Namespaces(ExternalProgram ip, ExternalProgram nft) {
        this.ip = ip;
        this.nft = nft;
    }

    /** To be closed also if this fails. */
    void open() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(hook);
        for (String host : HOSTS) {
            ip("netns", "add", prefix + host);
            ip("-n", prefix + host, "link", "set", "lo", "up");
        }
        attach("client", "10.91.1.");
        attach("server", "10.91.2.");
        in("router", "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    }

    /** What is run in a host, by the command line. */
    List<String> command(String host, List<String> program) {
        List<String> command = new ArrayList<>(List.of(ip.path().toString(), "netns", "exec", prefix + host));
        command.addAll(program);
        return command;
    }

    /** Replaces all rules of the router. */
    void rules(String rules) throws IOException, InterruptedException {
        run(
                ip,
                "flush ruleset\n" + rules,
                "netns",
                "exec",
                prefix + "router",
                nft.path().toString(),
                "-f",
                "-");
    }

    /** How many elements a set of the router has. */
    long elements(String table, String set) throws IOException, InterruptedException {
        String listed =
                run(ip, "", "netns", "exec", prefix + "router", nft.path().toString(), "list", "set", "ip", table, set);
        int elements = listed.indexOf("elements");
        return elements < 0
                ? 0
                : 1 + listed.substring(elements).chars().filter(c -> c == ',').count();
    }

    /** The link to the client's host: {@code up}, {@code down}, or {@code mtu N}. */
    void clientLink(String... setting) throws IOException, InterruptedException {
        set("router", "to-client", setting);
    }

    /** Both ends of the link to the client's host. */
    void clientMtu(int octets) throws IOException, InterruptedException {
        clientLink("mtu", Integer.toString(octets));
        set("client", "eth0", "mtu", Integer.toString(octets));
    }

    @Override
    public void close() {
        delete();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It is running.
            return;
        }
    }

    private void attach(String host, String network) throws IOException, InterruptedException {
        ip(
                "-n",
                prefix + "router",
                "link",
                "add",
                "to-" + host,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                prefix + host);
        ip("-n", prefix + "router", "addr", "add", network + "1/24", "dev", "to-" + host);
        ip("-n", prefix + host, "addr", "add", network + "2/24", "dev", "eth0");
        set("router", "to-" + host, "up");
        set(host, "eth0", "up");
        ip("-n", prefix + host, "route", "add", "default", "via", network + "1");
    }

    private void set(String host, String device, String... setting) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("-n", prefix + host, "link", "set", device));
        command.addAll(List.of(setting));
        ip(command.toArray(String[]::new));
    }

    private void in(String host, String... program) throws IOException, InterruptedException {
        List<String> command = command(host, List.of(program));
        ip(command.subList(1, command.size()).toArray(String[]::new));
    }

    private void ip(String... arguments) throws IOException, InterruptedException {
        run(ip, "", arguments);
    }

    private static String run(ExternalProgram program, String input, String... arguments)
            throws IOException, InterruptedException {
        ExternalProgram.Outcome outcome = program.run(input, arguments);
        if (outcome.status() != 0) {
            throw new IOException(
                    "Expected " + program + " " + String.join(" ", arguments) + " to work, got " + outcome.output());
        }
        return outcome.output();
    }

    /** Processes that are left in a namespace keep it, without its name, until they end. */
    private void delete() {
        for (String host : HOSTS) {
            try {
                // One that is not there need not be deleted.
                ip.run("", "netns", "delete", prefix + host);
            } catch (IOException e) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
