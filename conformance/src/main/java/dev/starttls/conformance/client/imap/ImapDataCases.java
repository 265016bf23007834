package dev.starttls.conformance.client.imap;

import dev.starttls.conformance.check.Level;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.Control;
import dev.starttls.conformance.client.cases.Judgements;
import dev.starttls.conformance.client.cases.Trial;
import dev.starttls.conformance.client.server.Act;
import dev.starttls.conformance.client.server.Evidence;
import dev.starttls.conformance.client.server.ReceivedLine;
import dev.starttls.conformance.client.server.Reply;
import dev.starttls.conformance.client.server.Script;
import dev.starttls.conformance.client.server.Weight;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.target.Protocol;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Data and alerts before TLS, lines without an end, and a message that is cut. */
final class ImapDataCases {
    private static final String WHY_DATA =
            "Who is on the path puts folders and messages of his own into the client's view, or deletes messages from it.";
    private static final String FIX_DATA =
            "Ignore untagged data before TLS and login; keep no list from plaintext when TLS begins.";
    private static final String FOLDER = "folder-4711";
    private static final String NUMBER = "4711";

    private ImapDataCases() {}

    static List<ClientCase> all() {
        return List.of(
                data(
                        "IMAP-C-10a",
                        "uses no mailbox that was listed before TLS",
                        FOLDER,
                        "* LIST (\\Sent \\Drafts) \"/\" " + FOLDER,
                        "* LSUB () \"/\" " + FOLDER),
                data(
                        "IMAP-C-10b",
                        "uses no message number that was found before TLS",
                        NUMBER,
                        "* STATUS INBOX (MESSAGES 4711 UIDNEXT 4712)",
                        "* SEARCH 4711"),
                data(
                        "IMAP-C-10c",
                        "uses no message that was reported before TLS",
                        NUMBER,
                        "* FLAGS (\\Seen)",
                        "* 4711 EXISTS",
                        "* 4711 RECENT",
                        "* 1 EXPUNGE",
                        "* 4711 FETCH (FLAGS (\\Deleted) UID 4711)"),
                ClientCase.of("IMAP-C-10d", "shows no alert of a greeting that came before TLS")
                        .clause("RFC 9051 sections 7.1, 11.3")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why("Who is on the path writes to the user in the server's name.")
                        .fix("Ignore ALERT before TLS, or mark its text as suspicious.")
                        .mustNotShow(PlaintextAlert.SHOWN)
                        .script(kit -> kit.benign()
                                .greeting(Through.PLAINTEXT, Reply.lines("* OK [ALERT] " + PlaintextAlert.TEXT)))
                        .script(kit -> kit.benign()
                                .greeting(Through.PLAINTEXT, Reply.lines("* NO [ALERT] " + PlaintextAlert.TEXT)))
                        .judgeAll((trials, control) -> Judgements.worst(
                                trials.stream().map(PlaintextAlert::judge).toList())),
                ClientCase.of("IMAP-C-17b", "comes to an end where STARTTLS is answered with 100000 lines")
                        .clause("RFC 9051 section 7")
                        .on(Protocol.IMAP)
                        .level(Level.SECURITY)
                        .why("Who is on the path keeps a client busy, or fills its memory.")
                        .fix("Limit the time and the octets of an answer before TLS.")
                        .needs(Control.Need.TLS)
                        .script(kit -> kit.benign()
                                .on(
                                        Through.PLAINTEXT,
                                        "STARTTLS",
                                        Reply.of(new Act.Repeat("* OK more\r\n".repeat(100), 1000))
                                                .then(Reply.lines("{tag} OK begin TLS"))
                                                .startTls()))
                        .judge((trial, control) -> Judgements.nothingExposed(trial)),
                ClientCase.of("IMAP-C-17c", "does not wait for a literal that the greeting's text seems to announce")
                        .clause("RFC 9051 sections 4.3, 9")
                        .on(Protocol.IMAP)
                        .level(Level.SECURITY)
                        .why("A client that takes the end of any line for a literal's length waits for a gigabyte, and"
                                + " allocates it.")
                        .fix(
                                "Look for literals only where the grammar has a string, and limit their length before TLS.")
                        .script(kit -> kit.benign()
                                .greeting(
                                        Through.PLAINTEXT,
                                        Reply.lines("* OK ready {999999999}").then(new Act.EndIfQuiet())))
                        .judge((trial, control) -> textOnly(trial)),
                ClientCase.of("IMAP-C-19", "takes a message that is cut by the end of the connection for an error")
                        .clause("RFC 8446 section 6.1, RFC 9051 section 4.3")
                        .on(Protocol.IMAP)
                        .level(Level.MUST)
                        .why(
                                "Who is on the path can end the connection in the middle of a literal; a client that takes what it"
                                        + " has for the message loses the rest, and may delete it on the server.")
                        .fix("Treat the end of the stream inside a literal, or without close_notify, as an error.")
                        .underEachPolicy()
                        .needs(Control.Need.TRANSFER)
                        .script(kit -> cut(cut(kit.benign(), "FETCH"), "UID FETCH"))
                        .judge(ImapDataCases::truncated));
    }

    private static ClientCase data(String id, String title, String mark, String... lines) {
        List<String> answer =
                Stream.concat(Stream.of(lines), Stream.of("{tag} OK begin TLS")).toList();
        return ClientCase.of(id, title)
                .clause("RFC 9051 section 11.3")
                .on(Protocol.IMAP)
                .level(Level.MUST)
                .why(WHY_DATA)
                .fix(FIX_DATA)
                .needs(Control.Need.TLS)
                .script(kit -> kit.benign()
                        .on(
                                Through.PLAINTEXT,
                                "STARTTLS",
                                Reply.lines(answer.toArray(String[]::new)).startTls()))
                .judge((trial, control) -> unused(trial, control, mark));
    }

    private static Verdict unused(Trial trial, Control control, String mark) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() == Status.FAIL) {
            return plain;
        }
        Optional<ReceivedLine> used = trial.inside().stream()
                .filter(line ->
                        line.weight() != Weight.CREDENTIAL && line.argument().contains(mark))
                .findFirst();
        if (used.isPresent()) {
            return Verdict.fail("used inside TLS what was said in plaintext: "
                    + used.get().verb() + " " + used.get().argument());
        }
        if (trial.ending().output().contains(mark)) {
            return Verdict.warn(
                    "printed what was said in plaintext: no fault if it is part of a trace that was asked for");
        }
        return control.trial().succeeded()
                        && trial.ending().kind() != control.trial().ending().kind()
                ? Verdict.warn("ended the session, where what comes before TLS is to be ignored: "
                        + trial.ending().words())
                : Verdict.pass("did not use it inside TLS");
    }

    private static Verdict textOnly(Trial trial) {
        Verdict plain = Judgements.nothingExposed(trial);
        if (plain.status() == Status.FAIL || !trial.plaintext().isEmpty()) {
            return plain;
        }
        boolean waited = trial.evidence().events(Evidence.Ended.class).stream()
                .anyMatch(ended -> ended.how() == Evidence.End.SERVER);
        return waited
                ? Verdict.warn("waited for the octets of a literal that the text of a greeting cannot have")
                : plain;
    }

    private static Script cut(Script script, String verb) {
        return script.on(
                Through.TLS,
                verb,
                Reply.text(
                                "* 1 FETCH (UID 1 FLAGS () BODY[] {5000}\r\nFrom: sender@example.org\r\nSubject: test\r\n\r\nhel")
                        .then(new Act.Cut()));
    }

    private static Verdict truncated(Trial trial, Control control) {
        Optional<ReceivedLine> deleted = trial.inside().stream()
                .filter(line -> line.text().toUpperCase(Locale.ROOT).contains("\\DELETED"))
                .findFirst();
        if (deleted.isPresent()) {
            return Verdict.fail("deletes a message that it has not read to its end: "
                    + deleted.get().verb());
        }
        return Judgements.noSuccessReported(trial, control, "although the message was cut inside a literal");
    }
}
