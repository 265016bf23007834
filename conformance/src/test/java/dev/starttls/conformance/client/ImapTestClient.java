package dev.starttls.conformance.client;

import dev.starttls.conformance.client.subject.Attempt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of IMAP. */
final class ImapTestClient extends TestClient {
    private static final int MAX_LINES = 100;
    private static final Pattern REFERRAL = Pattern.compile(".*\\[REFERRAL (imaps?)://[^@]*@[^:]*:([0-9]+)/.*");
    private static final Pattern LITERAL = Pattern.compile("\\* .* FETCH .*\\{([0-9]{1,4})}");
    private static final Pattern DATA = Pattern.compile("\\* (?:LIST .* |SEARCH )(\\S+)|\\* ([0-9]+) EXISTS");

    private final StringBuilder printed = new StringBuilder();
    private final List<String> beforeTls = new ArrayList<>();
    private int commands;
    private String prefix = "a";
    private boolean preauthenticated;
    private boolean pretendsTls;
    private boolean early;

    ImapTestClient(Set<ClientFault> faults, boolean implicit) {
        super(faults, implicit);
    }

    @Override
    String printed() {
        return has(ClientFault.PRINTS_WHAT_THE_SERVER_SAYS) ? printed.toString() : "";
    }

    @Override
    boolean goesOnAfterRefusal() {
        return super.goesOnAfterRefusal() || pretendsTls || has(ClientFault.IMAP_TAKES_ANY_LINE_FOR_A_REFUSAL);
    }

    @Override
    void greeted(ClientWire wire) throws IOException {
        commands = 0;
        String greeting = wire.readLine();
        beforeTls.add(greeting);
        printed.append(greeting).append('\n');
        preauthenticated = greeting.startsWith("* PREAUTH")
                && (wire.secure() || has(ClientFault.IMAP_FOLLOWS_REFERRALS_AFTER_PREAUTH));
        if (has(ClientFault.CRASHES_ON_LONG_ANSWERS) && greeting.endsWith("}")) {
            throw new CrashedException();
        }
        if (has(ClientFault.IMAP_READS_LITERALS_ANYWHERE) && greeting.endsWith("}")) {
            var unused = wire.readLine();
        }
        if (has(ClientFault.IMAP_FOLLOWS_REFERRALS)
                && REFERRAL.matcher(greeting).matches()) {
            throw new ReferredException(greeting);
        }
        if (!greeting.startsWith("* OK") && !preauthenticated && !has(ClientFault.GOES_ON_AFTER_ODD_GREETING)) {
            throw new IOException("expected * OK");
        }
    }

    /** Whether it takes a greeting for leave to go on in plaintext. */
    private boolean oddlyGreeted() {
        return preauthenticated
                || (has(ClientFault.GOES_ON_AFTER_ODD_GREETING)
                        && !beforeTls.get(0).startsWith("* OK"));
    }

    @Override
    boolean offered(ClientWire wire) throws IOException {
        if (oddlyGreeted()) {
            return true;
        }
        if (has(ClientFault.TAKES_SEGMENT_FOR_LIST)) {
            wire.send(tag() + " CAPABILITY");
            return wire.readSegment().contains("STARTTLS");
        }
        List<String> answer;
        try {
            answer = command(wire, "CAPABILITY");
        } catch (IOException e) {
            pretendsTls = has(ClientFault.IMAP_LOGS_IN_AFTER_A_STRAY_ANSWER);
            if (!pretendsTls) {
                throw e;
            }
            return true;
        }
        beforeTls.addAll(answer);
        offeredOutside(answer);
        return answer.stream()
                .anyMatch(line -> line.startsWith("* CAPABILITY")
                        && (has(ClientFault.MATCHES_CASE) ? line : line.toUpperCase(Locale.ROOT))
                                .matches(".* STARTTLS( .*)?"));
    }

    @Override
    boolean agreed(ClientWire wire) throws IOException {
        boolean loginOffered = beforeTls.stream().anyMatch(line -> line.matches(".* AUTH=PLAIN.*"));
        if (pretendsTls || oddlyGreeted() || (has(ClientFault.LOGS_IN_WHERE_OFFERED) && loginOffered)) {
            pretendsTls = true;
            return false;
        }
        if (has(ClientFault.IMAP_TAKES_EARLY_ANSWERS) && (early || wire.pending())) {
            wire.send("a2 STARTTLS");
            pretendsTls = true;
            return false;
        }
        if (has(ClientFault.IMAP_TAKES_ANY_LINE_FOR_A_REFUSAL)) {
            wire.send("a2 STARTTLS");
            commands++;
            return wire.readLine().matches("a2 OK.*");
        }
        List<String> answer = command(wire, "STARTTLS");
        beforeTls.addAll(answer);
        return answer.get(answer.size() - 1).matches("\\S+ OK.*");
    }

    @Override
    void session(ClientWire wire, Attempt attempt) throws IOException {
        if (wire.secure() && has(ClientFault.IMAP_HAS_OTHER_TAGS_INSIDE_TLS)) {
            prefix = "tls.";
            commands = 0;
        }
        if (wire.secure() && has(ClientFault.IMAP_HAS_RANDOM_TAGS_INSIDE_TLS)) {
            prefix = "r" + UUID.randomUUID();
        }
        try {
            List<String> capabilities =
                    has(ClientFault.SKIPS_DISCOVERY_INSIDE) || has(ClientFault.IMAP_LOGS_IN_AFTER_A_STRAY_ANSWER)
                            ? List.of()
                            : command(wire, "CAPABILITY");
            if (wire.secure() && !capabilities.isEmpty()) {
                good(capabilities);
                if (known(capabilities).stream().noneMatch(line -> line.contains(" AUTH="))) {
                    throw new IOException("no login is offered");
                }
            }
            if (!preauthenticated || has(ClientFault.IMAP_LOGS_IN_AFTER_PREAUTH)) {
                login(wire, attempt, capabilities(capabilities));
            }
            open(wire, attempt);
        } catch (ByeException e) {
            if (!has(ClientFault.IMAP_TAKES_BYE_FOR_SUCCESS)) {
                throw e;
            }
        }
    }

    private void login(ClientWire wire, Attempt attempt, Set<String> inside) throws IOException {
        Set<String> used = new TreeSet<>(inside);
        if (has(ClientFault.REMEMBERS_CAPABILITIES)) {
            Set<String> old = capabilities(beforeTls);
            if (old.contains("ENABLE")) {
                var unused = command(wire, "ENABLE UTF8=ACCEPT");
            }
            old.remove("LOGINDISABLED");
            used.addAll(old);
        }
        String plain = Base64.getEncoder()
                .encodeToString(("\0" + attempt.user() + "\0" + attempt.password()).getBytes(StandardCharsets.UTF_8));
        List<String> answer;
        if (has(ClientFault.REMEMBERS_CAPABILITIES) && used.contains("SASL-IR") && !inside.contains("SASL-IR")) {
            answer = command(wire, "AUTHENTICATE PLAIN " + plain);
        } else if (used.contains("LOGINDISABLED") && !has(ClientFault.IMAP_LOGS_IN_WHERE_DISABLED)) {
            wire.send(tag() + " AUTHENTICATE PLAIN");
            if (!wire.readLine().startsWith("+")) {
                throw new IOException("expected a continuation request");
            }
            wire.send(plain);
            answer = answer(wire);
        } else {
            answer = command(wire, "LOGIN " + attempt.user() + " " + attempt.password());
        }
        refer(answer, attempt);
        good(answer);
    }

    private void open(ClientWire wire, Attempt attempt) throws IOException {
        if (has(ClientFault.IMAP_USES_DATA_FROM_PLAINTEXT)) {
            for (String line : beforeTls) {
                Matcher data = DATA.matcher(line);
                if (data.matches()) {
                    var unused = data.group(2) == null && !data.group(1).matches("[0-9]+")
                            ? command(wire, "SELECT " + data.group(1))
                            : command(
                                    wire,
                                    "FETCH " + (data.group(2) == null ? data.group(1) : data.group(2)) + " FLAGS");
                }
            }
        }
        List<String> selected = command(wire, "SELECT INBOX");
        refer(selected, attempt);
        good(selected);
        try {
            good(command(wire, "FETCH 1 FLAGS"));
            good(command(wire, "LOGOUT"));
        } catch (IOException e) {
            if (!has(ClientFault.TAKES_A_CUT_MESSAGE)) {
                throw e;
            }
        }
    }

    private void refer(List<String> answer, Attempt attempt) throws IOException {
        if (has(ClientFault.IMAP_FOLLOWS_REFERRALS)
                || (has(ClientFault.IMAP_FOLLOWS_REFERRALS_AFTER_PREAUTH) && preauthenticated)) {
            follow(answer.get(answer.size() - 1), attempt);
        }
    }

    @Override
    void refused(IOException e, Attempt attempt) throws IOException {
        if (e instanceof ReferredException) {
            follow(String.valueOf(e.getMessage()), attempt);
        }
    }

    private void follow(String line, Attempt attempt) throws IOException {
        Matcher referral = REFERRAL.matcher(line);
        if (!referral.matches()) {
            return;
        }
        int there = Integer.parseInt(referral.group(2));
        try (ClientWire wire = new ClientWire(attempt, there, Set.of())) {
            if (referral.group(1).equals("imaps")) {
                wire.startTls();
            }
            var unusedGreeting = wire.readLine();
            wire.send("b1 LOGIN " + attempt.user() + " " + attempt.password());
            var unusedAnswer = wire.readLine();
        }
    }

    private static Set<String> capabilities(List<String> lines) {
        Set<String> found = new TreeSet<>();
        for (String line : lines) {
            Matcher list = Pattern.compile(".*\\bCAPABILITY ([^\\]]*).*").matcher(line);
            if (list.matches()) {
                found.addAll(List.of(list.group(1).split(" ")));
            }
        }
        return found;
    }

    private static void good(List<String> answer) throws IOException {
        if (!answer.get(answer.size() - 1).matches("\\S+ OK.*")) {
            throw new IOException("expected OK, got " + answer);
        }
    }

    private String tag() {
        commands++;
        return prefix + commands;
    }

    private List<String> command(ClientWire wire, String command) throws IOException {
        boolean lenient = has(ClientFault.IMAP_TAKES_ANY_TAG)
                || has(ClientFault.IMAP_TAKES_EARLY_ANSWERS)
                || has(ClientFault.IMAP_TAKES_ANY_LINE_FOR_A_REFUSAL)
                || pretendsTls;
        if (!wire.secure() && wire.pending() && !lenient) {
            throw new IOException("an answer before " + command);
        }
        wire.send(tag() + " " + command);
        return answer(wire);
    }

    private List<String> answer(ClientWire wire) throws IOException {
        String tag = prefix + commands;
        List<String> lines = new ArrayList<>();
        while (lines.size() < MAX_LINES || has(ClientFault.IMAP_TAKES_ANY_LINE_FOR_A_REFUSAL)) {
            String line = wire.readLine();
            printed.append(line).append('\n');
            lines.add(line);
            if (has(ClientFault.IMAP_CRASHES_ON_A_LIST) && !wire.secure() && line.startsWith("* LIST ")) {
                throw new CrashedException();
            }
            Matcher literal = LITERAL.matcher(line);
            if (wire.secure() && literal.matches()) {
                wire.skip(Integer.parseInt(literal.group(1)));
            }
            boolean isTagged = line.regionMatches(
                    has(ClientFault.IMAP_COMPARES_TAGS_WITHOUT_CASE), 0, tag + " ", 0, tag.length() + 1);
            if (isTagged
                    || (has(ClientFault.IMAP_TAKES_ANY_TAG) && !wire.secure() && line.matches("\\S+ (OK|NO|BAD) .*"))) {
                return lines;
            }
            if (line.startsWith("* BYE") && has(ClientFault.IMAP_TAKES_BYE_FOR_SUCCESS)) {
                throw new ByeException();
            }
            if (has(ClientFault.IMAP_TAKES_EARLY_ANSWERS) && line.matches("a[0-9]+ OK.*")) {
                early = true;
                continue;
            }
            if (has(ClientFault.IMAP_HAS_RANDOM_TAGS_INSIDE_TLS) && line.matches("[^*]\\S+ OK.*")) {
                continue;
            }
            if (!line.startsWith("* ")
                    && !line.startsWith("+")
                    && !has(ClientFault.IMAP_TAKES_ANY_LINE_FOR_A_REFUSAL)) {
                throw new IOException("expected an answer to " + tag + ", got " + line);
            }
        }
        throw tooLong("too many lines");
    }

    private static final class ByeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class ReferredException extends IOException {
        private static final long serialVersionUID = 1L;

        ReferredException(String line) {
            super(line);
        }
    }
}
