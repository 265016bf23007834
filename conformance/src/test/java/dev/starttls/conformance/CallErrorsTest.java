package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistyped calls: one line says what was expected, what came and what to type, and a second one where to read on. */
class CallErrorsTest {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|\\S+");

    private static final String SCHEMES = "smtp://, submission://, smtps://, imap://, imaps://, pop3://, pop3s://, and"
            + " mx:DOMAIN, domain:[USER@]DOMAIN";

    @TempDir
    Path folder;

    /** The words of a call; double quotes hold one together. */
    private static List<String> words(String call) {
        return WORD.matcher(call)
                .results()
                .map((MatchResult each) -> each.group(1) == null ? each.group() : each.group(1))
                .toList();
    }

    private static void assertMessage(String call, String message, String hint) {
        InProcess run = InProcess.run(words(call));
        assertThat(run.err()).isEqualToNormalizingNewlines("conformance: " + message + "\nTry " + hint + " --help.\n");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "--format json=x.json client smtp --command \"x {port}\" % --format comes after client: conformance client PROTOCOL --format F[=FILE]",
                "--only UP-S-10 --format json client smtp % --only comes after client: conformance client PROTOCOL --only ID|CLAUSE",
                "--list client imap % --list comes after client: conformance client PROTOCOL --list",
                "--trust nofile client smtp --command x{port} % --trust is not an option of client; conformance client --help lists those that are",
                "--version client % --version is not an option of client; conformance client --help lists those that are",
                "smtp://x smtp://y client smtp % 'smtp://x smtp://y' before client is not used: write conformance client PROTOCOL, or leave out 'client'",
            })
    void nothing_before_a_sub_command_is_dropped(String call, String message) {
        assertMessage(call, message, "conformance client");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "--command x{port} smtp % --command comes after client: conformance client PROTOCOL --command COMMAND",
                "--interactive % --interactive comes after client: conformance client PROTOCOL --interactive",
                "--trst ca.pem smtp://x % there is no option --trst; did you mean --trust?",
                "--tmeout=5 smtp://x % there is no option --tmeout; did you mean --timeout?",
                "--zzzzzz smtp://x % there is no option --zzzzzz; --help lists them all",
                "-v % there is no option -v; --help lists them all",
                "smtp://x --trust % --trust needs a value: --trust PEM",
                "--trust --list % --trust needs a value: --trust PEM",
                "--timeout 3 --timeout 4 smtp://x % --timeout is given twice",
                "--timeout abc smtp://x % --timeout is 1 to 3600 seconds, not 'abc'",
                "--timeout 0 smtp://x % --timeout is 1 to 3600 seconds, not 0",
                "--total-rate 0 smtp://x % --total-rate is 1 to 100000 connections per second, not 0",
                "--rate 1.5 smtp://x % --rate is 1 to 1000 connections per second, not '1.5'",
                "--port x mx:example.org % --port is 1 to 65535, not 'x'",
                "--seed x smtp://x % --seed is a whole number, not 'x'",
                "--level some smtp://x % --level is must, should or all, not 'some'",
                "--addresses one smtp://x % --addresses is first or all, not 'one'",
                "--list=x smtp://x % --list has no value, not 'x'",
            })
    void an_option_that_is_wrong_is_named_with_what_it_may_be(String call, String message) {
        assertMessage(call, message, "conformance");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "client smtp --trust ca.pem --command x{port} % --trust is not an option of client but of the check of servers: conformance --trust PEM URL",
                "client smtp --comand x{port} % there is no option --comand; did you mean --command?",
                "client smtp --command deliver {host} {port} % expected an option after 'conformance client' and its arguments, got '{host}'; a value with spaces has to be quoted",
                "client smtp --policy some % --policy is required, opportunistic or implicit, not 'some'",
                "client smtp --ports 70000 --command x % --ports is 0 to 65535, not 70000",
            })
    void a_wrong_call_of_a_sub_command_refers_to_its_help(String call, String message) {
        assertMessage(call, message, "conformance client");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "user@example.org % 'user@example.org' is not a target: for the servers of that user write domain:user@example.org; for one server smtp://HOST[:PORT]",
                "http://x % 'http://x': there is no scheme 'http'; it is one of SCHEMES",
                "lmtp://x % 'lmtp://x': there is no scheme 'lmtp'; it is one of SCHEMES",
                "mail.example.org % 'mail.example.org' is not a target: write SCHEME://HOST[:PORT], for instance smtp://mail.example.org (schemes: SCHEMES)",
                "smtp:localhost % 'smtp:localhost' is not a target: write SCHEME://HOST[:PORT], for instance smtp://localhost (schemes: SCHEMES)",
                "imaps:/localhost:1993 % 'imaps:/localhost:1993' is not a target: write SCHEME://HOST[:PORT], for instance imaps://localhost:1993 (schemes: SCHEMES)",
                "a@b:c@d % 'a@b:c@d' is not a target: write SCHEME://HOST[:PORT], for instance smtp://mail.example.org (schemes: SCHEMES)",
                "clent smtp % 'clent' is neither a target nor a command; did you mean client? For a server of that name write smtp://clent",
                "help % 'help' is neither a target nor a command; for help write --help",
                "-- client % 'client' is neither a target nor a command; did you mean client? For a server of that name write smtp://client",
                "mx://example.org % 'mx://example.org': expected the name of a domain after 'mx:': write mx:example.org, without slashes",
                "mx:192.0.2.1 % 'mx:192.0.2.1': expected the name of a domain after 'mx:', as in mx:example.org",
                "--survey mx:example.org % 'mx:example.org' is a domain, and --survey connects to servers: leave --survey out, or write smtp://HOST",
                "--only \"RFC 9999\" % no check has the id or the clause 'RFC 9999'; --list names them all, with their clauses",
                "--explain \"RFC 9999\" % no check has the id or the clause 'RFC 9999'; --list names them all, with their clauses",
                "--only \"RFC 8689\" imap://x % imap://x:143: no check of 'RFC 8689' is for imap://",
                "--profile bsi smtp://x % --profile: there is no profile and no file 'bsi'; did you mean bsi-tr-02102-2? The profiles are bsi-tr-02102-2, mozilla-intermediate, ncsc-2025",
                "--profile zzz smtp://x % --profile: there is no profile and no file 'zzz'; the profiles are bsi-tr-02102-2, mozilla-intermediate, ncsc-2025",
                "--profile / smtp://x % --profile: cannot read /: it is a directory",
                "--metrics foo:99999 smtp://x % the port of --metrics is 1 to 65535, not 99999",
                "--metrics : smtp://x % --metrics: expected a file or [HOST]:PORT, got ':'",
                "--server-name \"\" smtp://x % --server-name: expected the name in the server's certificate, got nothing",
                "--accept TLS-S-01 smtp://x % --accept: 'TLS-S-01': expected ID=reason, with a reason, as in TLS-S-01=old printers, until May",
                "--port 2525 smtp://localhost % --port is for mx: and domain:, and no target is one; write smtp://localhost:2525",
                "--port 2525 smtp://localhost:25/ % --port is for mx: and domain:, and no target is one; write smtp://localhost:2525",
                "--port 2525 smtp://[::1] % --port is for mx: and domain:, and no target is one; write smtp://[::1]:2525",
                "--port 2525 smtp://a smtp://b % --port is for mx: and domain:, and no target is one",
                "--resolver 127.0.0.1 smtp://a % --resolver is for mx: and domain:, and no target is one",
                "--mta-sts-port 8443 smtp://a % --mta-sts-port is for mx: and domain:, and no target is one",
                "--trust-ad --survey smtp://a % --trust-ad is for mx: and domain:, and no target is one",
                "--trust-anchor x smtp://a % --trust-anchor is for mx: and domain:, and no target is one",
            })
    void a_value_that_is_wrong_is_named_with_what_to_write(String call, String message) {
        assertMessage(call, message.replace("SCHEMES", SCHEMES), "conformance");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "{*} % it ends in line 2 inside an object that begins in line 1",
                "*[1, % line 2 is wrong: Unexpected end-of-input within/between Array entries",
                "{*x} % line 2 is wrong: Unexpected character ('x' (code 120)): was expecting double-quote to start field name",
                "nonsense % line 1 is wrong: Unrecognized token 'nonsense': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            })
    void a_profile_that_is_no_json_is_said_where(String text, String message) throws IOException {
        String json = text.equals("{*}") ? "{\n\"a\": 1" : text.replace("*", "\n");
        Path file = Files.writeString(folder.resolve("ours.json"), json);
        assertMessage(
                "--profile " + file + " smtp://x",
                "--profile: " + file + ": expected JSON, but " + message,
                "conformance");
    }

    @Test
    void counts_that_cannot_be_written_are_said_with_the_folder() {
        InProcess run = InProcess.run(List.of(
                "--metrics",
                folder.resolve("none").resolve("m").toString(),
                "smtp://localhost:" + DeadPort.shared().number()));
        assertThat(run.err())
                .isEqualToNormalizingNewlines("conformance: --metrics: cannot write "
                        + folder.resolve("none").resolve("m") + ": there is no folder " + folder.resolve("none")
                        + "\n");
        assertThat(run.status()).isEqualTo(74);
    }

    @Test
    void a_refused_connection_is_reported_with_what_to_look_for() {
        String url = "smtp://localhost:" + DeadPort.shared().number();
        assertThat(InProcess.run(List.of(url)).words())
                .contains(
                        "cannot connect to " + url + ": Connection refused; see whether a server listens on that port,"
                                + " and whether a firewall refuses");
    }

    @Test
    void a_resolver_that_is_silent_is_said_first() {
        InProcess run = InProcess.run(List.of(
                "--resolver",
                "127.0.0.1:" + DeadPort.shared().number(),
                "--timeout",
                "1",
                "--only",
                "DNS-S-01",
                "mx:example.org"));
        assertThat(run.err())
                .startsWith("conformance: the resolver 127.0.0.1:"
                        + DeadPort.shared().number() + " does not answer; name another by --resolver"
                        + System.lineSeparator());
        assertThat(run.status()).isEqualTo(3);
    }

    @Test
    void help_before_a_sub_command_is_that_of_the_sub_command() {
        assertThat(InProcess.run(List.of("--help", "client")).out())
                .isEqualTo(InProcess.run(List.of("client", "--help")).out())
                .startsWith("Checks how a mail client");
    }

    @Test
    void no_report_is_written_by_a_call_that_is_refused() {
        List<String> call = new ArrayList<>(List.of("--format", "json=" + folder.resolve("x.json")));
        call.addAll(List.of("client", "smtp", "--command", "x {port}"));
        assertThat(InProcess.run(call).status()).isEqualTo(2);
        assertThat(folder.resolve("x.json")).doesNotExist();
    }
}
