package dev.starttls.examples;

import dev.starttls.core.nio.ProxyDialogue;
import dev.starttls.core.nio.ProxyStep;
import dev.starttls.core.tls.ServerIdentity;
import dev.starttls.core.upgrade.Frame;
import dev.starttls.core.upgrade.Output;
import dev.starttls.core.upgrade.Peer;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** A client of SOCKS version 5 (RFC 1928), without authentication or with a user name and password (RFC 1929). */
public final class Socks5Dialogue implements ProxyDialogue {

    private static final byte VERSION = 5;
    private static final byte NO_AUTHENTICATION = 0;
    private static final byte USER_AND_PASSWORD = 2;
    private static final byte CONNECT = 1;
    private static final byte IPV4 = 1;
    private static final byte NAME = 3;
    private static final byte IPV6 = 4;

    private enum Awaited {
        METHOD,
        AUTHENTICATION,
        CONNECTION
    }

    private final Peer server;
    private final byte[] user;
    private final byte[] password;
    private Awaited awaited = Awaited.METHOD;

    /** Without authentication. */
    public Socks5Dialogue(Peer server) {
        this(server, "", "");
    }

    /** With a user name and password of at most 255 octets each, if the proxy asks for them. */
    public Socks5Dialogue(Peer server, String user, String password) {
        this.server = server;
        this.user = octets("user", user);
        this.password = octets("password", password);
    }

    @Override
    public ProxyStep opened() {
        Output methods = user.length == 0
                ? Output.octets(VERSION, (byte) 1, NO_AUTHENTICATION)
                : Output.octets(VERSION, (byte) 2, NO_AUTHENTICATION, USER_AND_PASSWORD);
        return ProxyStep.ask(methods, Frame.exactly(2));
    }

    @Override
    public ProxyStep received(byte[] reply) {
        return switch (awaited) {
            case METHOD -> method(reply);
            case AUTHENTICATION ->
                reply[1] == 0
                        ? connect()
                        : new ProxyStep.Refuse(
                                "the status 0 of RFC 1929 section 2", shown(reply), "Check the user name and password");
            case CONNECTION -> connection(reply);
        };
    }

    private ProxyStep method(byte[] reply) {
        if (reply[0] == VERSION && reply[1] == NO_AUTHENTICATION) {
            return connect();
        }
        if (reply[0] == VERSION && reply[1] == USER_AND_PASSWORD && user.length > 0) {
            awaited = Awaited.AUTHENTICATION;
            ByteArrayOutputStream login = new ByteArrayOutputStream();
            login.write(1);
            login.write(user.length);
            login.writeBytes(user);
            login.write(password.length);
            login.writeBytes(password);
            return ProxyStep.ask(Output.octets(login.toByteArray()), Frame.exactly(2));
        }
        return new ProxyStep.Refuse(
                "a method of authentication that was offered (RFC 1928 section 3)",
                shown(reply),
                reply[0] == VERSION
                        ? "The proxy may want a user name and password"
                        : "See whether this is the port of a SOCKS version 5 proxy");
    }

    private ProxyStep connect() {
        awaited = Awaited.CONNECTION;
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(new byte[] {VERSION, CONNECT, 0});
        if (ServerIdentity.isAddress(server.host())) {
            byte[] address = address(server.host());
            request.write(address.length == 4 ? IPV4 : IPV6);
            request.writeBytes(address);
        } else {
            byte[] name = octets("host", server.host());
            request.write(NAME);
            request.write(name.length);
            request.writeBytes(name);
        }
        request.write(server.port() >> 8);
        request.write(server.port());
        // RFC 1928 section 6: four octets, the address that the proxy connects from, and a port.
        return ProxyStep.ask(Output.octets(request.toByteArray()), Frame.sized(5, Socks5Dialogue::length));
    }

    private static OptionalInt length(byte[] first) {
        return OptionalInt.of(
                switch (first[3]) {
                    case IPV4 -> 4 + 4 + 2;
                    case IPV6 -> 4 + 16 + 2;
                    case NAME -> 4 + 1 + (first[4] & 0xFF) + 2;
                    // It is not read further: see connection.
                    default -> first.length;
                });
    }

    private static ProxyStep connection(byte[] reply) {
        boolean known = reply[3] == IPV4 || reply[3] == IPV6 || reply[3] == NAME;
        if (reply[0] == VERSION && reply[1] == 0 && known) {
            return ProxyStep.open();
        }
        return ProxyStep.refuse("the reply 0, succeeded (RFC 1928 section 6)", shown(reply) + meaning(reply[1]));
    }

    private static String meaning(byte reply) {
        return switch (reply) {
            case 1 -> ", general failure";
            case 2 -> ", not allowed";
            case 3 -> ", network unreachable";
            case 4 -> ", host unreachable";
            case 5 -> ", connection refused";
            case 6 -> ", TTL expired";
            case 7 -> ", command not supported";
            case 8 -> ", address type not supported";
            default -> "";
        };
    }

    private static String shown(byte[] reply) {
        return reply[0] + " " + (reply[1] & 0xFF);
    }

    /** It is no name: nothing is looked up. */
    private static byte[] address(String literal) {
        try {
            return InetAddress.getByName(literal).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("host: expected an address, got " + literal, e);
        }
    }

    private static byte[] octets(String name, String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        if (octets.length > 255) {
            throw new IllegalArgumentException(name + ": expected at most 255 octets, got " + octets.length);
        }
        return octets;
    }
}
