package dev.starttls.conformance.reach;

import dev.starttls.conformance.connection.TcpConnection;
import dev.starttls.conformance.target.Target;
import dev.starttls.conformance.target.TargetSettings;
import dev.starttls.core.tls.ServerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Which of the addresses of a name are checked. */
public enum Addresses {
    /** The first that takes a connection; all connections go to it, so that one server is judged and not several. */
    FIRST,
    /** Each of them, in a report of its own. */
    ALL;

    /**
     * The target at each of its addresses, up to {@link Target#MAX_ADDRESSES}, if all are to be checked; otherwise the
     * target itself, and {@link #settled} finds its address when its turn has come. A name without an address is left as
     * it is, and so is a target that has its address.
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
            return used(InetAddress.getAllByName(ServerIdentity.toAscii(target.host()))).stream()
                    .map(target::at)
                    .toList();
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    /** Those of a name's addresses that are used, each once and in their order. */
    static List<InetAddress> used(InetAddress... all) {
        return Arrays.stream(all).distinct().collect(Collectors.groupingBy(InetAddress::getClass)).values().stream()
                .flatMap(family -> family.stream().limit(Target.MAX_ADDRESSES))
                .sorted(Comparator.comparing(Arrays.asList(all)::indexOf))
                .toList();
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
