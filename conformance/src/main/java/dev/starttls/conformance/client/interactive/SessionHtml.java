package dev.starttls.conformance.client.interactive;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The HTML of a session's page. */
final class SessionHtml {
    private static final String STYLE =
            """
            :root { color-scheme: light dark; --line: #767676; --current: #fff4ce; --link: #0b57d0; --back: #fff; --text: #1b1b1b;
                --pass: #0a6b2d; --fail: #b3261e; --warn: #7a4d00; }
            @media (prefers-color-scheme: dark) { :root { --line: #8a8a8a; --current: #40371a; --link: #a8c7fa; --back: #1b1b1b;
                --text: #eee; --pass: #7ddc9a; --fail: #ffb4ab; --warn: #ffd27a; } }
            body { font: 1rem/1.5 sans-serif; margin: 1rem; color: var(--text); background: var(--back); }
            main { max-width: 90rem; }
            h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin: 1rem 0 .3rem; }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 .5rem; }
            dd { margin: 0; overflow-wrap: anywhere; } code { font-size: 1rem; }
            p { max-width: 50rem; margin: .3rem 0; }
            table { border-collapse: collapse; width: 100%; }
            caption { text-align: left; font-weight: bold; font-size: 1.2rem; padding: .5rem 0; }
            th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
            tbody th { font-weight: normal; } .connected { background: var(--current); }
            section.now { border: 2px solid var(--line); padding: .3rem .7rem; margin: .7rem 0; max-width: 60rem; }
            section.now h2 { margin: 0; } th:nth-child(4) { width: 40%; } th:nth-child(3) { width: 16%; }
            .pass { color: var(--pass); } .fail { color: var(--fail); font-weight: bold; } .warn { color: var(--warn); }
            .port { white-space: nowrap; }
            pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; }
            form { display: inline; } button { font: inherit; padding: .4rem 1rem; min-height: 2.75rem; white-space: nowrap; }
            a { color: var(--link); }
            @media (max-width: 50rem) {
                table, tbody, tr, th, td, caption { display: block; } thead { display: none; }
                tr { border: 1px solid var(--line); margin: 0 0 .75rem; padding: .3rem 0; }
                th, td { border: 0; padding: .15rem .5rem; } td:empty { display: none; }
            }
            """;

    private final InteractiveRun run;
    private final String token;
    private final String nonce;

    /**
     * The page of this session.
     *
     * @param token what each form has to send
     * @param nonce by which the policy allows the style
     */
    SessionHtml(InteractiveRun run, String token, String nonce) {
        this.run = run;
        this.token = token;
        this.nonce = nonce;
    }

    /** Whether a page is loaded again, and has buttons. */
    enum Kind {
        REFRESHED,
        /** It stays as it is, so that a text on it can be marked. */
        STILL,
        /** The session is finished, and there will be no other. */
        LAST
    }

    /**
     * The page as it is now.
     *
     * @param remark why the last button did nothing; empty if it did
     */
    String page(Kind kind, String remark) {
        List<CaseRow> rows = run.rows();
        long done = rows.stream().filter(CaseRow::done).count();
        String head =
                """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                %s<meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%d/%d STARTTLS conformance: a client</title>
                <style nonce="%s">
                %s</style>
                </head>
                <body>
                <main>
                <h1>Cases for your %s client</h1>
                """
                        .formatted(
                                kind == Kind.REFRESHED ? "<meta http-equiv=\"refresh\" content=\"2\">\n" : "",
                                done,
                                rows.size(),
                                nonce,
                                STYLE,
                                run.protocol().name());
        return head + (kind == Kind.LAST ? last(done, rows.size()) : session(kind, remark, done, rows.size()))
                + (kind == Kind.LAST ? "" : now(rows)) + table(kind, rows) + "</main>\n</body>\n</html>\n";
    }

    private static String last(long done, int all) {
        return "<p role=\"status\">The session is finished, " + done + " of " + all
                + " cases are done. The report is where"
                + " the command was started: on its terminal, or in the files of --format. Take the root certificate out"
                + " of the client again.</p>\n";
    }

    private String session(Kind kind, String remark, long done, int all) {
        String settings = run.account().entries().entrySet().stream()
                .map(each -> "<dt>" + escaped(each.getKey()) + "</dt><dd>"
                        + (each.getKey().equals("server")
                                        || each.getKey().startsWith("user")
                                        || each.getKey().equals("password")
                                ? "<code>" + escaped(each.getValue()) + "</code>"
                                : escaped(each.getValue()))
                        + "</dd>")
                .collect(Collectors.joining("\n"));
        return """
                <h2>What to set</h2>
                <dl>
                %s
                <dt>port</dt><dd>%s</dd>
                <dt>root certificate</dt><dd><a href="/ca.pem">ca.pem</a></dd>
                </dl>
                <p>Let the client trust the root certificate for this account alone, or in a profile that you use for nothing \
                else; take it out when you are done.</p>
                <p>For each case let the client log in, and %s. Its run is over when the client has gone and stays away for \
                some seconds; a client that stays connected has to be quit, or its run ended by the button. A case without any \
                connection is inconclusive. Where two runs are wanted, let the client do the same twice.</p>
                <p>Thunderbird imports the root under Settings, Privacy &amp; Security, Manage Certificates, Authorities; Claws \
                Mail takes it if it is started with <code>SSL_CERT_FILE=/path/of/ca.pem</code>.</p>
                <h2>Session</h2>
                <p role="status">%d of %d cases are done. %s</p>
                %s<p>%s%s</p>
                <p><a href="/report.html">Report of what is done</a>. %s</p>
                """
                .formatted(
                        settings,
                        run.ports().shared() ? openPort() : "that of the case, in the table",
                        switch (run.protocol()) {
                            case SMTP -> "send a message";
                            case IMAP, POP3 -> "fetch the messages";
                        },
                        done,
                        all,
                        escaped(run.advice()),
                        remark.isEmpty() ? "" : "<p role=\"alert\">" + escaped(remark) + ".</p>\n",
                        run.ports().shared() || run.waits() ? button("/next", "Next case", "", Map.of()) + "\n" : "",
                        button("/finish", "Finish", ": end the session and report", Map.of()),
                        kind == Kind.STILL
                                ? "The page stands still: <a href=\"/\">load it every two seconds</a>."
                                : "The page is loaded every two seconds: <a href=\"/still\">let it stand still</a>, to copy"
                                        + " from it.");
    }

    private String openPort() {
        return run.rows().stream()
                .filter(CaseRow::open)
                .findFirst()
                .map(row -> "<code>" + row.port() + "</code>, for all cases")
                .orElse("the same for all cases");
    }

    /** The cases to which the client is connected; if there is none, the first that waits. */
    private String now(List<CaseRow> rows) {
        List<CaseRow> connected = rows.stream()
                .filter(row -> row.state() == CaseRow.State.CONNECTED)
                .toList();
        List<CaseRow> current = connected.isEmpty()
                ? rows.stream().filter(CaseRow::open).limit(1).toList()
                : connected;
        return current.stream().map(this::now).collect(Collectors.joining());
    }

    private String now(CaseRow row) {
        return """
                <section class="%s">
                <h2>Now: %s</h2>
                <p>%s</p>
                <p>%s</p>
                %s
                <p>%s</p>
                %s<p>%s</p>
                </section>
                """
                .formatted(
                        row.state() == CaseRow.State.CONNECTED ? "now connected" : "now",
                        row.id(),
                        escaped(row.title()),
                        escaped(row.words()),
                        hints(row),
                        settings(row),
                        lines(row),
                        buttons(row));
    }

    private static String lines(CaseRow row) {
        String lines =
                row.lastLines().stream().map(entry -> escaped(entry.toString())).collect(Collectors.joining("\n"));
        return lines.isEmpty() ? "" : "<pre>" + lines + "</pre>";
    }

    private String table(Kind kind, List<CaseRow> rows) {
        return """
                <table role="table">
                <caption>The cases, the one with a well-behaved server first</caption>
                <thead role="rowgroup"><tr role="row"><th scope="col">case</th><th scope="col">state</th>\
                <th scope="col">what to set</th><th scope="col">last lines</th><th scope="col">button</th></tr></thead>
                <tbody role="rowgroup">
                %s</tbody>
                </table>
                """
                .formatted(rows.stream().map(row -> row(kind, row)).collect(Collectors.joining()));
    }

    private String row(Kind kind, CaseRow row) {
        String cell = "</td><td role=\"cell\">";
        return "<tr role=\"row\" id=\"" + row.id() + "\""
                + (row.state() == CaseRow.State.CONNECTED ? " class=\"connected\"" : "")
                + "><th scope=\"row\" role=\"rowheader\"><b>" + row.id() + "</b> " + escaped(row.title())
                + "</th><td role=\"cell\"" + colour(row) + ">" + escaped(row.words()) + hints(row) + cell
                + (row.open() ? settings(row) : "") + cell + lines(row) + cell
                + (kind == Kind.LAST ? "" : buttons(row)) + "</td></tr>\n";
    }

    private static String colour(CaseRow row) {
        return row.done()
                ? row.verdict()
                        .map(verdict -> " class=\"" + verdict.status().key() + "\"")
                        .orElse("")
                : "";
    }

    private String settings(CaseRow row) {
        AccountSettings account = run.account();
        return "<span class=\"port\">port <code>" + row.port() + "</code></span>, server <code>"
                + escaped(account.server()) + "</code>, " + escaped(account.security())
                + "; user name and password as above";
    }

    private static String hints(CaseRow row) {
        return (row.state() == CaseRow.State.CONNECTED ? "<p>Quit the client, or end the run by the button.</p>" : "")
                + row.lookFor()
                        .map(what -> "<p>" + (row.open() ? "Look whether the client shows " : "Did the client show ")
                                + escaped(what) + (row.open() ? "." : "?") + "</p>")
                        .orElse("");
    }

    private String buttons(CaseRow row) {
        String end = row.state() == CaseRow.State.WAITING ? "End" : row.run() < row.runs() ? "Next run" : "Judge now";
        return (row.actions().contains(CaseRow.Action.END)
                        ? button("/end", end, " " + row.id(), Map.of("case", row.id(), "run", "" + row.run()))
                        : "")
                + (row.actions().contains(CaseRow.Action.SAY)
                        ? button("/shown", "Shown", " in " + row.id(), Map.of("case", row.id()))
                                + button("/not-shown", "Not shown", " in " + row.id(), Map.of("case", row.id()))
                        : "")
                + (row.actions().contains(CaseRow.Action.BEGIN)
                        ? button("/begin", row.done() ? "Repeat" : "Run now", " " + row.id(), Map.of("case", row.id()))
                        : "");
    }

    /** A form that is a button; its name for those who hear the page says more than what is shown. */
    private String button(String path, String shown, String more, Map<String, String> fields) {
        String hidden = fields.entrySet().stream()
                .map(each -> "<input type=\"hidden\" name=\"" + each.getKey() + "\" value=\"" + each.getValue() + "\">")
                .collect(Collectors.joining());
        return "<form method=\"post\" action=\"" + path + "\"><input type=\"hidden\" name=\"token\" value=\"" + token
                + "\">" + hidden + "<button type=\"submit\""
                + (more.isEmpty() ? "" : " aria-label=\"" + shown + more + "\"")
                + ">" + shown + "</button></form>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
