package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.connection.Conversation;
import dev.starttls.conformance.connection.TlsOffer;
import dev.starttls.conformance.imap.ObservedImapResponse.Condition;
import dev.starttls.conformance.session.CommandExchange;
import dev.starttls.conformance.session.Greeting;
import dev.starttls.conformance.session.ProtocolSession;
import dev.starttls.conformance.session.Response;
import dev.starttls.conformance.session.UnsolicitedResponse;
import dev.starttls.conformance.target.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One IMAP session of a check. Its commands have the tags {@code a1}, {@code a2} and so on; a check uses other letters
 * for tags of its own.
 */
final class ImapProtocolSession extends ProtocolSession {
    /** The suite's commands have fewer responses than this; a server that sends more is not read further. */
    private static final int MAX_RESPONSES = 200;

    private int commands;
    private ImapCapabilityList capabilities = new ImapCapabilityList(List.of());
    private Optional<ImapCapabilityList> afterLogin = Optional.empty();

    ImapProtocolSession(Conversation wire, TlsOffer offer) {
        super(wire, offer, ImapProfile.WORDS);
    }

    /** The capabilities in the last answer to CAPABILITY. */
    ImapCapabilityList capabilities() {
        return capabilities;
    }

    /** The capabilities in the code of the answer that ended the last login; empty if there are none. */
    Optional<ImapCapabilityList> afterLogin() {
        return afterLogin;
    }

    /** Keeps what the answer to a login says. */
    void tried(ImapCommandResult login) {
        afterLogin = ImapCapabilityList.in(login.code());
    }

    ObservedImapResponse response() {
        return LenientImapReader.read(wire());
    }

    /** Sends a command with the next tag and reads its answer. */
    @Override
    public ImapCommandResult say(String command) {
        String tag = nextTag();
        wire().send(tag + " " + command);
        return answer(tag);
    }

    /** A tag that was not yet used in this session. */
    String nextTag() {
        commands++;
        return "a" + commands;
    }

    /** Reads the answer to the command with this tag, up to the first response that is not untagged. */
    ImapCommandResult answer(String tag) {
        List<ObservedImapResponse> before = new ArrayList<>();
        while (before.size() < MAX_RESPONSES) {
            ObservedImapResponse response = response();
            if (!(response instanceof ObservedImapResponse.Untagged)
                    && !(response instanceof ObservedImapResponse.Data)) {
                return new ImapCommandResult(tag, before, response);
            }
            before.add(response);
        }
        return new ImapCommandResult(tag, List.of(), endless(before.get(0)));
    }

    /** All responses up to the end of the command with this tag, or until no more can be read; the last is that end. */
    List<ObservedImapResponse> until(String tag) {
        List<ObservedImapResponse> all = new ArrayList<>();
        while (all.size() < MAX_RESPONSES) {
            ObservedImapResponse response = response();
            all.add(response);
            boolean over =
                    response instanceof ObservedImapResponse.None || response instanceof ObservedImapResponse.Malformed;
            if (over || response.ends(tag)) {
                return all;
            }
        }
        return List.of(endless(all.get(0)));
    }

    private static ObservedImapResponse endless(ObservedImapResponse first) {
        return new ObservedImapResponse.Malformed(
                first.description(), "more than " + MAX_RESPONSES + " responses begin with it");
    }

    /**
     * The next answer, whichever command it belongs to, with the tag that it has. An untagged BAD answers a line
     * without a tag (RFC 9051 section 7.1.3).
     */
    @Override
    public ImapCommandResult next() {
        List<ObservedImapResponse> before = new ArrayList<>();
        while (before.size() < MAX_RESPONSES) {
            ObservedImapResponse response = response();
            boolean untagged = response instanceof ObservedImapResponse.Data
                    || (response instanceof ObservedImapResponse.Untagged && !response.untagged(Condition.BAD));
            if (!untagged) {
                String tag = response instanceof ObservedImapResponse.Tagged tagged ? tagged.tag() : "";
                return new ImapCommandResult(tag, before, response);
            }
            before.add(response);
        }
        return new ImapCommandResult("", List.of(), endless(before.get(0)));
    }

    @Override
    public ImapCommandResult ask() {
        return capability();
    }

    @Override
    public ImapCapabilityList offers() {
        return capabilities;
    }

    /** A line that the server cannot read is answered without its tag (RFC 9051 section 7.1.3). */
    @Override
    public ImapCommandResult answerTo(String tag, String command) {
        ImapCommandResult next = next();
        return new ImapCommandResult(tag, next.before(), next.end());
    }

    /** BAD without a tag also answers a line. */
    @Override
    public boolean refusedOrTagged(Response answer, String tag) {
        return ((ImapCommandResult) answer).tag().equals(tag)
                || ((ImapCommandResult) answer).end().untagged(Condition.BAD);
    }

    @Override
    public CommandExchange exchange() {
        String tag = nextTag();
        wire().send(tag + " CAPABILITY");
        ImapCommandResult first = next();
        if (!first.came()) {
            return new CommandExchange(List.of(), false, false, first.ended());
        }
        if (!first.tag().equals(tag)) {
            return new CommandExchange(
                    List.of(first), false, first.end() instanceof ObservedImapResponse.Tagged, false);
        }
        List<ImapCommandResult> rest = quit();
        List<Response> answers = new ArrayList<>(List.of(first));
        rest.stream().filter(ImapCommandResult::came).forEach(answers::add);
        String last = "a" + commands;
        boolean foreign = rest.stream()
                .anyMatch(answer -> answer.end() instanceof ObservedImapResponse.Tagged
                        && !answer.tag().equals(last));
        return new CommandExchange(
                answers, first.ok(), foreign, rest.get(rest.size() - 1).ended());
    }

    /**
     * Untagged data and statuses may come at any time (RFC 9051 sections 2.2.2 and 7), a warning and a capability list
     * too. PREAUTH is a greeting, an untagged BAD and a tagged response answer a command, and none was sent.
     */
    @Override
    public UnsolicitedResponse unsolicited() {
        ImapCommandResult answer = say("NOOP");
        String all = answer.before().stream()
                .map(response -> response.description() + ", ")
                .collect(Collectors.joining());
        boolean foreign = answer.end() instanceof ObservedImapResponse.Tagged tagged
                && !tagged.tag().equals(answer.tag());
        boolean forbidden = foreign
                || answer.asks()
                || answer.before().stream()
                        .anyMatch(response -> response.untagged(Condition.BAD) || response.untagged(Condition.PREAUTH));
        if (forbidden) {
            return new UnsolicitedResponse(
                    UnsolicitedResponse.Kind.FORBIDDEN, all + answer.end().description());
        }
        if (!answer.ok()) {
            return new UnsolicitedResponse(UnsolicitedResponse.Kind.UNCLEAR, answer.description());
        }
        return answer.before().isEmpty()
                ? new UnsolicitedResponse(UnsolicitedResponse.Kind.NOTHING, answer.description())
                : new UnsolicitedResponse(
                        UnsolicitedResponse.Kind.ALLOWED, all + answer.end().description());
    }

    @Override
    public Optional<Verdict> logIn(Login login) {
        return new ImapAuthentication(this, login).tried();
    }

    @Override
    public Greeting greeting() {
        ObservedImapResponse response = response();
        if (response instanceof ObservedImapResponse.Untagged status) {
            return greeting(status);
        }
        return response instanceof ObservedImapResponse.None none
                ? new Greeting.Missing(none.instead())
                : new Greeting.Foreign(line(response), response.description());
    }

    private static Greeting greeting(ObservedImapResponse.Untagged status) {
        return switch (status.condition()) {
            case OK, PREAUTH -> new Greeting.Ready(status.description(), status.flaws());
            case BYE ->
                status.flaws().isEmpty()
                        ? new Greeting.Refusal(status.description())
                        : new Greeting.NoService(
                                status.description() + ", not well formed: " + String.join(", ", status.flaws()));
            case NO, BAD -> new Greeting.NoService(status.description());
        };
    }

    private static String line(ObservedImapResponse response) {
        return response instanceof ObservedImapResponse.Malformed malformed ? malformed.line() : "";
    }

    @Override
    public Optional<Verdict> greeted() {
        ObservedImapResponse greeting = response();
        return greeting.untagged(Condition.OK)
                ? Optional.empty()
                : Optional.of(Verdict.inconclusive(
                        greeting instanceof ObservedImapResponse.None
                                ? "no greeting: " + greeting.description()
                                : "the greeting was " + greeting.description() + ", not '* OK'"));
    }

    @Override
    public Optional<Verdict> introduced() {
        return super.introduced()
                .or(() -> capabilities.announced().isEmpty()
                        ? Optional.of(Verdict.inconclusive("CAPABILITY was answered without a line '* CAPABILITY'"))
                        : Optional.empty());
    }

    /** Sends CAPABILITY and reads its answer. */
    ImapCommandResult capability() {
        ImapCommandResult answer = say("CAPABILITY");
        capabilities = ImapCapabilityList.in(answer);
        return answer;
    }

    @Override
    public void leave() {
        wire().send(nextTag() + " LOGOUT");
    }

    @Override
    public List<ImapCommandResult> quit() {
        leave();
        return untilEnd(this::next, MAX_RESPONSES);
    }
}
