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
import java.util.HexFormat;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The page of a session: plain HTML that a browser loads again every two seconds, without scripts. Its one form has a
 * random token, so that no other page can press the button.
 */
public final class SessionPage implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int MAX_FORM = 1000;
    private static final int TOKEN_OCTETS = 16;
    private static final int SEE_OTHER = 303;
    private static final String POLICY =
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private static final String STYLE =
            """
            body { font: 1rem/1.5 sans-serif; margin: 1rem; color: #1b1b1b; background: #fff; }
            table { border-collapse: collapse; width: 100%; }
            th, td { border: 1px solid #767676; padding: .3rem .5rem; text-align: left; vertical-align: top; }
            tr.current { background: #fff4ce; }
            pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .875rem; }
            button { font: inherit; padding: .4rem 1rem; }
            a { color: #0b57d0; }
            """;

    private final InteractiveRun run;
    private final HttpServer server;
    private final String token;
    private volatile String remark = "";

    private SessionPage(InteractiveRun run, HttpServer server) {
        this.run = run;
        this.server = server;
        byte[] octets = new byte[TOKEN_OCTETS];
        new SecureRandom().nextBytes(octets);
        this.token = HexFormat.of().formatHex(octets);
    }

    /**
     * Serves the page.
     *
     * @param port 0 for any that is free
     * @throws IOException if the port cannot be opened
     */
    public static SessionPage serve(InteractiveRun run, InetAddress address, int port) throws IOException {
        SessionPage page = new SessionPage(run, HttpServer.create(new InetSocketAddress(address, port), 0));
        page.server.createContext("/", page::answer);
        // One that connects and says nothing keeps one thread only.
        page.server.setExecutor(Executors.newFixedThreadPool(THREADS, new DaemonThreadFactory("page")));
        page.server.start();
        return page;
    }

    /** Where it is. */
    public String url() {
        InetAddress address = server.getAddress().getAddress();
        String host = address.getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + server.getAddress().getPort() + "/";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!addressed(exchange.getRequestHeaders().getFirst("Host"))) {
                send(
                        exchange,
                        403,
                        "text/plain; charset=utf-8",
                        "Expected the address of the page, not a name for it.\n");
                return;
            }
            String path = exchange.getRequestURI().getPath();
            String request = exchange.getRequestMethod() + " " + path;
            switch (request) {
                case "GET /" -> send(exchange, 200, "text/html; charset=utf-8", html());
                case "GET /style.css" -> send(exchange, 200, "text/css; charset=utf-8", STYLE);
                case "GET /ca.pem" -> {
                    exchange.getResponseHeaders().set("Content-Disposition", "attachment; filename=\"ca.pem\"");
                    send(exchange, 200, "application/x-x509-ca-cert", run.rootPem());
                }
                case "POST /next" -> next(exchange);
                default -> send(exchange, 404, "text/plain; charset=utf-8", "There is nothing here.\n");
            }
        }
    }

    /** A name of somebody else's that leads here (DNS rebinding) would show the page to his scripts. */
    private static boolean addressed(String host) {
        String name = host == null ? "" : host.replaceFirst(":[0-9]+$", "").replaceAll("[\\[\\]]", "");
        return name.equalsIgnoreCase("localhost") || ServerIdentity.isAddress(name);
    }

    private void next(HttpExchange exchange) throws IOException {
        String form;
        try (InputStream body = exchange.getRequestBody()) {
            form = new String(body.readNBytes(MAX_FORM), StandardCharsets.US_ASCII);
        }
        byte[] expected = ("token=" + token).getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(expected, form.getBytes(StandardCharsets.US_ASCII))) {
            send(exchange, 403, "text/plain; charset=utf-8", "Expected the button of the page.\n");
            return;
        }
        try {
            remark = run.next().orElse("");
        } catch (IOException e) {
            remark = e.getMessage();
        }
        exchange.getResponseHeaders().set("Location", "/");
        exchange.sendResponseHeaders(SEE_OTHER, -1);
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, octets.length);
        exchange.getResponseBody().write(octets);
    }

    private String html() {
        long done = run.rows().stream()
                .filter(row -> row.state() == CaseRow.State.DONE)
                .count();
        String rows = run.rows().stream().map(SessionPage::row).collect(Collectors.joining());
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta http-equiv="refresh" content="2">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>STARTTLS conformance: a client</title>
                <link rel="stylesheet" href="/style.css">
                </head>
                <body>
                <main>
                <h1>Cases for your client</h1>
                <p>Import <a href="/ca.pem">the authority of this session (ca.pem)</a> into the client, and remove it when \
                you are done. Set the client to the server <code>%s</code>; then for each case set what its row says, and let \
                the client connect, log in, and send or fetch a message.</p>
                <p role="status">%d of %d cases are done. %s</p>
                <form method="post" action="/next"><input type="hidden" name="token" value="%s">\
                <button type="submit">Next case</button></form>
                <table>
                <caption>The cases, the one with a well-behaved server first</caption>
                <thead><tr><th scope="col">case</th><th scope="col">state</th><th scope="col">port</th>\
                <th scope="col">user</th><th scope="col">password</th><th scope="col">last lines</th></tr></thead>
                <tbody>
                %s</tbody>
                </table>
                </main>
                </body>
                </html>
                """
                .formatted(escaped(run.host()), done, run.rows().size(), escaped(remark), token, rows);
    }

    private static String row(CaseRow row) {
        String lines =
                row.lastLines().stream().map(entry -> escaped(entry.toString())).collect(Collectors.joining("\n"));
        return "<tr" + (row.state() == CaseRow.State.CONNECTED ? " class=\"current\"" : "") + "><th scope=\"row\">"
                + escaped(row.id()) + " " + escaped(row.title()) + "</th><td>" + escaped(row.words()) + "</td><td>"
                + (row.open() ? row.port() : "") + "</td><td>" + (row.open() ? escaped(row.user()) : "") + "</td><td>"
                + (row.open() ? escaped(row.password()) : "") + "</td><td>"
                + (lines.isEmpty() ? "" : "<pre>" + lines + "</pre>") + "</td></tr>\n";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
