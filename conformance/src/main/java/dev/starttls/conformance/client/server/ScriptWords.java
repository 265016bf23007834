package dev.starttls.conformance.client.server;

import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.connection.Transcript.Through;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a script does otherwise than a well-behaved server, in words that follow "the server". */
final class ScriptWords {
    /** Longer than any word of a protocol. */
    private static final int LONG = 20;

    private ScriptWords() {}

    /** One clause for each thing; none for a well-behaved server. */
    static List<String> of(Script script) {
        List<String> clauses = new ArrayList<>();
        if (script.first() == Through.TLS) {
            clauses.add("begins with TLS");
        }
        if (!script.tlsWords().isEmpty()) {
            clauses.add(script.tlsWords());
        }
        for (Through through : Through.values()) {
            offers(script, through, clauses);
        }
        script.replies().forEach((to, inOrder) -> clauses.add(answers(to, inOrder)));
        script.later()
                .ifPresent(later ->
                        clauses.add("on the second connection and all after it " + joined(of(later), "behaves well")));
        script.beside()
                .ifPresent(other -> clauses.add("has a second port, that of " + other.entrance() + ", where it "
                        + joined(of(other), "behaves well")));
        return clauses;
    }

    private static String joined(List<String> clauses, String otherwise) {
        return clauses.isEmpty() ? otherwise : String.join(", and ", clauses);
    }

    private static void offers(Script script, Through through, List<String> clauses) {
        List<String> usual = script.dialect().capabilities(through);
        List<String> offered = script.offered(through);
        List<String> more =
                offered.stream().filter(each -> !usual.contains(each)).toList();
        List<String> fewer =
                usual.stream().filter(each -> !offered.contains(each)).toList();
        if (!fewer.isEmpty()) {
            clauses.add("does not offer " + String.join(", ", fewer) + " " + in(through));
        }
        if (!more.isEmpty()) {
            clauses.add("offers " + String.join(", ", more) + " too " + in(through));
        }
    }

    private static String in(Through through) {
        return through == Through.TLS ? "inside TLS" : "in plaintext";
    }

    private static String answers(Script.Prompt to, List<Reply> inOrder) {
        String what = to.verb().equalsIgnoreCase(Script.GREETING)
                ? "greets " + in(to.through())
                : "answers " + to.verb() + " " + in(to.through());
        return what + ": "
                + inOrder.stream()
                        .map(reply -> reply(reply, to.through()))
                        .collect(Collectors.joining("; the next time: "));
    }

    private static String reply(Reply reply, Through through) {
        String acts = reply.acts().stream().flatMap(act -> act(act, through)).collect(Collectors.joining(", then "));
        return acts.isEmpty() ? "nothing" : acts;
    }

    private static Stream<String> act(Act act, Through through) {
        if (act instanceof Act.Send send) {
            return Stream.of(quoted(send.text()));
        }
        if (act instanceof Act.SendBelow below) {
            return Stream.of(quoted(below.text()) + " outside of TLS");
        }
        if (act instanceof Act.Drip drip) {
            return Stream.of(quoted(drip.text()) + " octet by octet, each after "
                    + drip.each().toMillis() + " ms");
        }
        if (act instanceof Act.Repeat repeat) {
            return Stream.of(repeat.times() + " times: " + quoted(repeat.text()));
        }
        if (act instanceof Act.Pause pause) {
            return Stream.of("a pause of " + pause.time().toMillis() + " ms");
        }
        if (act instanceof Act.AwaitClient) {
            return Stream.of("a wait until the client sends something");
        }
        if (act instanceof Act.EndIfQuiet) {
            return Stream.of("the end of the connection if the client sends nothing");
        }
        if (act instanceof Act.ReadHello) {
            return Stream.of("nothing until the ClientHello has come");
        }
        if (act instanceof Act.StartTls) {
            return Stream.of("the handshake");
        }
        if (act instanceof Act.FallSilent) {
            return Stream.of("nothing, to this and to all that follows");
        }
        if (act instanceof Act.SendAlert alert) {
            return Stream.of("the fatal alert number " + alert.description() + " in plaintext");
        }
        if (act instanceof Act.Close) {
            return Stream.of("the end of the connection" + (through == Through.TLS ? ", with close_notify" : ""));
        }
        if (act instanceof Act.Cut) {
            return Stream.of("the end of the connection" + (through == Through.TLS ? ", without close_notify" : ""));
        }
        // Only how long the server waits is limited, which is no sign to the client.
        return Stream.empty();
    }

    private static String quoted(String text) {
        boolean same = text.length() > LONG && text.chars().distinct().count() == 1;
        return same ? "'" + text.charAt(0) + "' " + text.length() + " times" : "'" + Transcript.printable(text) + "'";
    }
}
