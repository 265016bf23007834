package dev.starttls.examples;

import dev.starttls.core.nio.ProxyDialogue;
import dev.starttls.core.nio.ProxyStep;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Peer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of HTTP CONNECT (RFC 9110 section 9.3.6), without authentication or with Basic (RFC 7617 section 2). */
public final class HttpConnectDialogue implements ProxyDialogue {

    private static final Frame HEADER = Frame.upTo("\r\n\r\n");
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5])(\\d\\d)(?: .*)?");

    private final List<String> request = new ArrayList<>();

    /** Without authentication. */
    public HttpConnectDialogue(Peer server) {
        String host = server.host().contains(":") ? "[" + server.host() + "]" : server.host();
        String authority = host + ":" + server.port();
        request.add("CONNECT " + authority + " HTTP/1.1");
        request.add("Host: " + authority);
    }

    /** With a user name, which has no colon, and a password. */
    public HttpConnectDialogue(Peer server, String user, String password) {
        this(server);
        byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        request.add("Proxy-Authorization: Basic " + Base64.getEncoder().encodeToString(both));
    }

    @Override
    public ProxyStep opened() {
        request.add("");
        return ProxyStep.ask(Output.lines(request), HEADER);
    }

    /** A response to CONNECT has no content (RFC 9110 section 9.3.6): the server's octets follow the header. */
    @Override
    public ProxyStep received(byte[] reply) {
        String line = new String(reply, StandardCharsets.ISO_8859_1).split("\r\n", 2)[0];
        Matcher status = STATUS.matcher(line);
        if (!status.matches()) {
            return new ProxyStep.Refuse(
                    "a status line (RFC 9112 section 4)", line, "See whether this is the port of an HTTP proxy");
        }
        return switch (status.group(1)) {
            // RFC 9110 section 15.2: another response follows.
            case "1" -> ProxyStep.ask(Output.none(), HEADER);
            case "2" -> ProxyStep.open();
            default -> new ProxyStep.Refuse("a status of 2xx", line, hint(status.group(2)));
        };
    }

    /** A proxy says 407 (RFC 9110 section 15.5.8); of a wrong password tinyproxy says 401. */
    private static String hint(String status) {
        return status.equals("07") || status.equals("01") ? "The proxy wants a user name and password" : "";
    }
}
