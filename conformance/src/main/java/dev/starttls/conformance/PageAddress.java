package dev.starttls.conformance;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the page of an interactive session is: on loopback, unless the user names another address. */
final class PageAddress {
    private static final int MAX_PORT = 65535;
    private static final Pattern FORM = Pattern.compile("(?:(\\[[^\\[\\]]+\\]|[^:\\[\\]]+):)?(-?[0-9]{1,9})");

    private PageAddress() {}

    /**
     * Reads the value of the option.
     *
     * @throws UsageException if it is neither a port nor an address and a port
     */
    static InetSocketAddress of(String option) throws UsageException {
        Matcher form = FORM.matcher(option);
        if (!form.matches()) {
            throw new UsageException("--page: expected PORT or ADDRESS:PORT, got '" + option + "'");
        }
        int port = Integer.parseInt(form.group(2));
        if (port < 0 || port > MAX_PORT) {
            throw new UsageException("--page is 0 to " + MAX_PORT + ", not " + port);
        }
        String address = form.group(1);
        if (address == null) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        }
        try {
            return new InetSocketAddress(InetAddress.getByName(address), port);
        } catch (UnknownHostException e) {
            throw new UsageException("--page: '" + address + "' is not an address of this machine");
        }
    }
}
