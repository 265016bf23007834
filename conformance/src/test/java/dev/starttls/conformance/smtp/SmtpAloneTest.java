package dev.starttls.conformance.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.Suite;
import dev.starttls.conformance.check.CheckContext;
import dev.starttls.conformance.check.Dialect;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.check.Verdict;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.target.TargetSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers of SMTP that differ from the others, and what the user may set for them. */
class SmtpAloneTest {
    private static Verdict one(String id, Fault... faults) throws IOException {
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of(faults))) {
            return CheckHarness.of(Protocol.SMTP).one(id, server.target()).verdict();
        }
    }

    @Test
    void a_server_that_takes_a_line_of_the_message_for_a_command_is_caught() throws IOException {
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of(SmtpFault.STARTTLS_IN_DATA))) {
            Verdict verdict = CheckHarness.of(Protocol.SMTP)
                    .withQuiet(Duration.ofSeconds(5))
                    .one("SMTP-S-21", server.target())
                    .verdict();
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.FAIL);
            assertThat(verdict.detail()).contains("the line STARTTLS of the message was answered");
        }
    }

    private static TargetSettings settings() {
        return TargetSettings.standard().withTrust(List.of(ScriptedServer.AUTHORITY.root()));
    }

    @Test
    void a_server_without_noop_gets_another_harmless_command() throws IOException {
        Dialect dialect = Suite.dialect(Protocol.SMTP);
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of(SmtpFault.NO_NOOP));
                CheckContext context = new CheckContext(server.target(), settings(), dialect)) {
            assertThat(dialect.survey(context).tls()).isPresent();
        }
        assertThat(dialect.harmlessCommand()).isEqualTo("RSET\r\n");
        assertThat(dialect.answersHarmlessCommand("250 forgotten")).isTrue();
        assertThat(dialect.refusesHarmlessCommand("500 what?")).isTrue();
        assertThat(dialect.refusesHarmlessCommand("421 too many errors")).isFalse();
    }

    @Test
    void a_server_with_noop_gets_noop() throws IOException {
        Dialect dialect = Suite.dialect(Protocol.SMTP);
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of());
                CheckContext context = new CheckContext(server.target(), settings(), dialect)) {
            assertThat(dialect.survey(context).problem()).isEmpty();
        }
        assertThat(dialect.harmlessCommand()).isEqualTo("NOOP\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UP-S-03b", "SMTP-S-26"})
    void a_server_that_takes_certain_names_only_is_checked_with_the_name_that_the_user_gave(String id)
            throws IOException {
        TargetSettings named = settings().withEhloName("mail.example.org");
        Dialect dialect = Suite.dialect(Protocol.SMTP);
        try (ScriptedServer server = ScriptedSmtpSession.server(Scheme.SMTP, List.of(SmtpFault.FOREIGN_NAMES_ONLY));
                CheckContext context = new CheckContext(server.target(), named, dialect)) {
            Verdict verdict =
                    Suite.catalogue().find(id, Protocol.SMTP).orElseThrow().judge(context);
            assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.PASS);
            assertThat(context.connectForTls().getClass().getSimpleName()).isEqualTo("Ready");
        }
    }

    @Test
    void without_that_name_it_is_not_checked() throws IOException {
        assertThat(one("UP-S-03b", SmtpFault.FOREIGN_NAMES_ONLY).detail()).contains("I do not talk to");
    }

    @Test
    void a_server_that_takes_data_without_any_recipient_is_not_blamed() throws IOException {
        Verdict verdict = one("SMTP-S-30", SmtpFault.DATA_WITHOUT_RECIPIENT);
        assertThat(verdict.status()).as(verdict.detail()).isEqualTo(Status.INCONCLUSIVE);
        assertThat(verdict.detail()).contains("also where no recipient was ever given");
    }

    @Test
    void a_server_that_refuses_bdat_and_discards_its_octets_passes() throws IOException {
        assertThat(one("SMTP-S-31", SmtpFault.CHUNKING, SmtpFault.TLS_REQUIRED).status())
                .isEqualTo(Status.PASS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail.example.org", "a-b.example.net"})
    void a_name_with_a_public_domain_is_qualified(String name) {
        assertThat(MachineName.isQualified(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "laptop", "laptop.local", "localhost.localdomain", "192.0.2.1", "2001:db8::1"})
    void other_names_are_not(String name) {
        assertThat(MachineName.isQualified(name)).isFalse();
    }
}
