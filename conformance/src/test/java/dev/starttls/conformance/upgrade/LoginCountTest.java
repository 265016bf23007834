package dev.starttls.conformance.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.imap.ImapFault;
import dev.starttls.conformance.pop3.Pop3Fault;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.session.UpgradeFault;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How many logins a run tries, counted by what it sends. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LoginCountTest {
    /** The commands and responses that a server can count as a login. */
    private static final Pattern LOGIN =
            Pattern.compile("(?s).*(AUTH(ENTICATE)? \\S+ \\S+|LOGIN (nobody nothing|\\(user)|PASS"
                    + " |APOP |LOGIN \\{|\\(user and password\\)|" + UnknownUser.PLAIN + ").*");

    private static List<Fault> weak(Protocol protocol) {
        List<Fault> faults = new ArrayList<>(List.of(
                UpgradeFault.MECHANISMS_BEFORE_TLS,
                UpgradeFault.TRIES_PASSWORD_IN_COMMAND,
                UpgradeFault.TRIES_TOKEN_IN_COMMAND));
        switch (protocol) {
            case SMTP -> {
                // It has no other login.
            }
            case IMAP ->
                faults.addAll(List.of(
                        ImapFault.LOGIN_TRIED_IN_THE_CLEAR,
                        ImapFault.LITERAL_LOGIN_TRIED_IN_THE_CLEAR,
                        ImapFault.LOGINDISABLED_NOT_ANNOUNCED,
                        ImapFault.LOGINDISABLED_INSIDE));
            case POP3 -> faults.addAll(List.of(Pop3Fault.USER_IN_THE_CLEAR, Pop3Fault.KEEPS_USER, Pop3Fault.TIMESTAMP));
        }
        return faults;
    }

    private static long logins(TargetReport report) {
        return report.results().stream()
                .map(CheckResult::transcript)
                .flatMap(List::stream)
                .filter(entry -> entry.from() == Transcript.From.CLIENT)
                .filter(entry -> LOGIN.matcher(entry.text()).matches())
                .count();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void a_run_tries_no_more_logins_than_it_says_even_where_all_are_tried(Protocol protocol) throws IOException {
        try (ScriptedServer server = Servers.start(Scheme.upgraded(protocol), weak(protocol))) {
            assertThat(logins(Servers.checking(protocol).all(server.target())))
                    .isPositive()
                    .isLessThanOrEqualTo(UnknownUser.MAX_LOGINS_PER_RUN);
        }
    }
}
