package dev.starttls.conformance.reach;

import dev.starttls.conformance.connection.TcpConnection;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.core.tls.ServerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** Which of the addresses of a name are checked. */
public enum Addresses {
    /** The first that takes a connection; all connections go to it, so that one server is judged and not several. */
    FIRST,
    /** Each of them, in a report of its own. */
    ALL;

    /** As many as of a host of a domain; a name may have been given any number, to hold up whoever tries them. */
    private static final int MAX_OF_A_FAMILY = 8;

    /**
     * The target at each of its addresses, the first eight of each family, if all are to be checked; otherwise the target itself, and {@link #settled}
     * finds its address when its turn has come. A name without an address is left as it is,
     * and so is a target that has its address.
     */
    public List<Target> of(Target target) {
        List<Target> each = this == FIRST || target.address().isPresent() ? List.of() : each(target);
        return each.isEmpty() ? List.of(target) : each;
    }

    /**
     * The target at the address that is checked: the one it has, or its only one, or the first that takes a connection.
     * If none does, it is left as it is, and the check will find out why.
     *
     * @param rate of the connections, if several addresses have to be tried
     */
    public static Target settled(Target target, TargetSettings settings, ConnectionRate rate) {
        if (target.address().isPresent()) {
            return target;
        }
        List<Target> each = each(target);
        if (each.size() == 1) {
            return each.get(0);
        }
        return each.stream()
                .filter(one -> takes(one, settings, rate))
                .findFirst()
                .orElse(target);
    }

    private static List<Target> each(Target target) {
        if (target.addressed()) {
            return List.of();
        }
        try {
            List<InetAddress> all = Arrays.stream(InetAddress.getAllByName(ServerIdentity.toAscii(target.host())))
                    .distinct()
                    .toList();
            return all.stream()
                    .filter(address -> all.stream()
                            .filter(other -> other.getClass() == address.getClass())
                            .limit(MAX_OF_A_FAMILY)
                            .anyMatch(address::equals))
                    .map(target::at)
                    .toList();
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    private static boolean takes(Target target, TargetSettings settings, ConnectionRate rate) {
        rate.await();
        try (TcpConnection made = TcpConnection.connect(
                target.address().orElseThrow(), target.port(), settings.localAddress(), settings.answer())) {
            made.finish();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
