package dev.starttls.conformance.client.interactive;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.starttls.conformance.reach.DaemonThreadFactory;
import dev.starttls.core.tls.ServerIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The page of a session: plain HTML that a browser loads again every two seconds, without scripts. Its buttons are forms
 * with a random token, so that no other page can press them.
 */
public final class SessionPage implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int MAX_FORM = 1000;
    private static final int TOKEN_OCTETS = 16;
    private static final int SEE_OTHER = 303;
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String HTML = "text/html; charset=utf-8";

    /** The report has scripts, and octets of the client: it is kept apart from the page and its buttons. */
    private static final String POLICY_OF_REPORT = "sandbox allow-scripts; frame-ancestors 'none'";

    private final InteractiveRun run;
    private final HttpServer server;
    private final Supplier<Optional<byte[]>> report;
    private final Consumer<Throwable> fault;
    private final SessionHtml html;
    private final String token;
    private final String policy;
    private volatile String remark = "";

    private SessionPage(
            InteractiveRun run, HttpServer server, Supplier<Optional<byte[]>> report, Consumer<Throwable> fault) {
        this.fault = fault;
        this.run = run;
        this.server = server;
        this.report = report;
        this.token = random();
        String nonce = random();
        this.html = new SessionHtml(run, token, nonce);
        this.policy = "default-src 'none'; style-src 'nonce-" + nonce
                + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    }

    private static String random() {
        byte[] octets = new byte[TOKEN_OCTETS];
        new SecureRandom().nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    /**
     * Serves the page.
     *
     * @param address where; port 0 for any that is free
     * @param report the report of what is done so far, in HTML; empty if nothing is
     * @param fault takes what is thrown by an answer other than an {@code IOException}, on its thread; the page is served on
     * @throws IOException if the port cannot be opened; the message says which
     */
    public static SessionPage serve(
            InteractiveRun run, InetSocketAddress address, Supplier<Optional<byte[]>> report, Consumer<Throwable> fault)
            throws IOException {
        SessionPage page = new SessionPage(run, listening(address), report, fault);
        page.server.createContext("/", page::answer);
        // One that connects and says nothing keeps one thread only.
        page.server.setExecutor(Executors.newFixedThreadPool(THREADS, new DaemonThreadFactory("page")));
        page.server.start();
        return page;
    }

    private static HttpServer listening(InetSocketAddress address) throws IOException {
        try {
            return HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new IOException(
                    "expected a port for the page, got " + address.getAddress().getHostAddress() + ":"
                            + address.getPort() + ": " + e.getMessage() + "; choose another with --page",
                    e);
        }
    }

    /** Where it is: on loopback too if it is on every address. */
    public String url() {
        InetAddress address = server.getAddress().getAddress();
        String host = (address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address).getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + server.getAddress().getPort() + "/";
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean finish;
        try (exchange) {
            finish = answered(exchange);
        } catch (RuntimeException | Error e) {
            // The server of pages would keep it.
            fault.accept(e);
            return;
        }
        // The last page is on its way before the server ends.
        if (finish) {
            run.finish();
        }
    }

    /** Answers; returns whether the session is finished with it. */
    private boolean answered(HttpExchange exchange) throws IOException {
        String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host"))
                .orElse("");
        if (!addressed(host)) {
            send(exchange, 403, TEXT, "Expected the address of the page, not a name for it.\n");
            return false;
        }
        String path = exchange.getRequestURI().getPath();
        if (exchange.getRequestMethod().equals("POST")) {
            return pressed(exchange, path, host);
        }
        switch (exchange.getRequestMethod() + " " + path) {
            case "GET /" -> send(exchange, 200, HTML, html.page(SessionHtml.Kind.REFRESHED, remark));
            case "GET /still" -> send(exchange, 200, HTML, html.page(SessionHtml.Kind.STILL, remark));
            case "GET /ca.pem" -> {
                exchange.getResponseHeaders().set("Content-Disposition", "attachment; filename=\"ca.pem\"");
                send(exchange, 200, "application/x-x509-ca-cert", run.rootPem());
            }
            case "GET /report.html" -> {
                Optional<byte[]> octets = report.get();
                if (octets.isPresent()) {
                    send(exchange, 200, HTML, POLICY_OF_REPORT, octets.get());
                } else {
                    send(exchange, 404, TEXT, "No case is done.\n");
                }
            }
            default -> send(exchange, 404, TEXT, "There is nothing here.\n");
        }
        return false;
    }

    /** A name of somebody else's that leads here (DNS rebinding) would show the page to his scripts. */
    private static boolean addressed(String host) {
        String name = host.replaceFirst(":[0-9]+$", "").replaceAll("[\\[\\]]", "");
        return name.equalsIgnoreCase("localhost") || ServerIdentity.isAddress(name);
    }

    /** A button; returns whether it finished the session. */
    private boolean pressed(HttpExchange exchange, String path, String host) throws IOException {
        Map<String, String> form = form(exchange);
        String origin = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Origin"))
                .orElse("http://" + host);
        boolean genuine = MessageDigest.isEqual(
                token.getBytes(StandardCharsets.US_ASCII),
                form.getOrDefault("token", "").getBytes(StandardCharsets.US_ASCII));
        if (!genuine || !origin.equalsIgnoreCase("http://" + host)) {
            send(exchange, 403, TEXT, "Expected a button of the page.\n");
            return false;
        }
        String id = form.getOrDefault("case", "");
        switch (path) {
            case "/next" -> press(exchange, run::next, "");
            case "/end" -> press(exchange, () -> run.end(id, number(form.get("run"))), id);
            case "/begin" -> press(exchange, () -> run.begin(id), id);
            case "/shown" -> press(exchange, () -> run.shown(id), id);
            case "/not-shown" -> press(exchange, () -> run.notShown(id), id);
            case "/finish" -> {
                send(exchange, 200, HTML, html.page(SessionHtml.Kind.LAST, ""));
                return true;
            }
            default -> send(exchange, 404, TEXT, "There is nothing here.\n");
        }
        return false;
    }

    private static int number(String digits) {
        return digits != null && digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 0;
    }

    /** The fields of a form, none of which has a character that a form encodes. */
    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        try (InputStream body = exchange.getRequestBody()) {
            String text = new String(body.readNBytes(MAX_FORM), StandardCharsets.US_ASCII);
            return Arrays.stream(text.split("&"))
                    .map(field -> field.split("=", 2))
                    .filter(field -> field.length == 2)
                    .collect(Collectors.toMap(field -> field[0], field -> field[1], (first, second) -> second));
        }
    }

    /** What a button does. */
    private interface Press {
        Optional<String> press() throws IOException;
    }

    /** Does it, and leads back to the page, where the row of the case is. */
    private void press(HttpExchange exchange, Press button, String id) throws IOException {
        try {
            remark = button.press().orElse("");
        } catch (IOException e) {
            remark = e.getMessage();
        }
        boolean row = run.rows().stream().anyMatch(each -> each.id().equals(id));
        exchange.getResponseHeaders().set("Location", "/" + (row ? "#" + id : ""));
        exchange.sendResponseHeaders(SEE_OTHER, -1);
    }

    private void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        send(exchange, status, type, policy, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, String policy, byte[] octets)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Content-Security-Policy", policy);
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        // A browser sends the origin of a form only where it may send a referrer.
        exchange.getResponseHeaders().set("Referrer-Policy", "same-origin");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, octets.length);
        exchange.getResponseBody().write(octets);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
