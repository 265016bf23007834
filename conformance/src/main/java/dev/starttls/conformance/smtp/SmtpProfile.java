package dev.starttls.conformance.smtp;

import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.session.Stages;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.session.Vocabulary;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import dev.starttls.conformance.upgrade.PipelinedCommand;
import dev.starttls.conformance.upgrade.PipelinedCommand.Due;
import dev.starttls.conformance.upgrade.Reference;
import dev.starttls.conformance.upgrade.Rule;
import dev.starttls.conformance.upgrade.UpgradeProfile;
import java.util.List;
import java.util.Optional;

/** SMTP for the shared checks. */
public final class SmtpProfile implements UpgradeProfile {
    static final Vocabulary WORDS = new Vocabulary("STARTTLS", "220", "EHLO", "NOOP", "QUIT");
    static final Stages<SmtpProtocolSession> STAGES = new Stages<>(SmtpProtocolSession::new);

    /**
     * The length of a line, CRLF included, that no server known splits into several. It is longer than a server must
     * accept (512 octets, RFC 5321 section 4.5.3.1.4), and may be refused.
     */
    private static final int LONG_LINE = 2000;

    private static final String NO_PLAINTEXT_LOGIN = "Postfix: smtpd_tls_auth_only = yes. Exim: auth_advertise_hosts ="
            + " ${if eq{$tls_in_cipher}{}{}{*}}. Dovecot submission: auth_allow_cleartext = no (disable_plaintext_auth ="
            + " yes before 2.4).";

    @Override
    public Protocol protocol() {
        return Protocol.SMTP;
    }

    @Override
    public Vocabulary words() {
        return WORDS;
    }

    @Override
    public Stages<SmtpProtocolSession> stages() {
        return STAGES;
    }

    @Override
    public List<Topic> topics() {
        return List.of(
                new SmtpCommandTopic(),
                new SmtpDiscardTopic(),
                new SmtpPolicyTopic(),
                new SmtpRecipientTopic(),
                new SmtpOctetsTopic());
    }

    @Override
    public Reference reference(Rule rule) {
        return switch (rule) {
            case GREETING ->
                new Reference(
                        "RFC 5321 section 4.2",
                        "Postfix: check smtpd_banner; it must begin with $myhostname. Exim: smtp_banner.");
            case OFFER ->
                new Reference(
                        "RFC 3207 section 2",
                        "Postfix: smtpd_tls_security_level = may, with smtpd_tls_chain_files. Exim:"
                                + " tls_advertise_hosts = *, with tls_certificate and tls_privatekey.");
            case COMMAND, ARGUMENT -> Reference.to("RFC 3207 section 4");
            case CASE -> Reference.to("RFC 5321 section 2.4");
            case INSIDE -> Reference.to("RFC 3207 section 4.2");
            case INJECTION ->
                new Reference(
                        "RFC 3207 section 4.2, CVE-2011-0411",
                        "Postfix: use 2.8 or later. Exim: use 4.95 or later. Dovecot: use 2.3.15 or later for the"
                                + " submission service (CVE-2021-33515).");
            case LINE_END ->
                new Reference(
                        "RFC 5321 section 2.3.8",
                        "Postfix: smtpd_forbid_bare_newline = reject (3.9 and its back-ports); normalize protects"
                                + " messages, but still takes a bare LF as the end of a command.");
            case FAILED_HANDSHAKE -> Reference.to("RFC 3207 section 4.1");
            case PIPELINING -> Reference.to("RFC 2920 section 3.2");
            case LINE_LENGTH -> Reference.to("RFC 5321 section 4.5.3.1");
            case MECHANISMS -> new Reference("RFC 8314 section 3, RFC 4954 section 4", NO_PLAINTEXT_LOGIN);
            case LOGIN -> new Reference("RFC 4954 section 4", NO_PLAINTEXT_LOGIN);
            case GOODBYE -> Reference.to("RFC 5321 section 4.1.1.10");
            case IMPLICIT_TLS ->
                new Reference(
                        "RFC 8314 section 3.3",
                        "Postfix: smtpd_tls_wrappermode = yes for the smtps service. Exim: tls_on_connect_ports = 465.");
            case IMPLICIT_OFFER -> Reference.to("RFC 8314 section 3.3, RFC 3207 section 4.2");
        };
    }

    @Override
    public String injectedCapabilities() {
        return "EHLO injected.invalid";
    }

    @Override
    public String pipelinedCapabilities() {
        return "EHLO pipelined.invalid";
    }

    @Override
    public String begin() {
        return "MAIL FROM:<>";
    }

    @Override
    public Optional<String> provesBegun() {
        return Optional.of("RCPT TO:<postmaster>");
    }

    @Override
    public Optional<String> needsCapabilities() {
        return Optional.of(begin());
    }

    @Override
    public String authenticate(String mechanism) {
        return "AUTH " + mechanism;
    }

    @Override
    public List<String> inventedLogins() {
        return List.of("AUTH PLAIN " + UnknownUser.PLAIN);
    }

    /** RFC 4954 sections 4 and 6: after a login no other is possible, and mail may be sent elsewhere. */
    @Override
    public List<String> needLogin() {
        return List.of(begin(), "RCPT TO:<nobody@elsewhere.invalid>", "RSET", "AUTH PLAIN");
    }

    @Override
    public String longCommand() {
        return "NOOP";
    }

    /** RFC 5321 section 4.5.3.1.4: 512 octets. */
    @Override
    public int overlong() {
        return 600;
    }

    /** RCPT between the RSETs is refused, which makes the order visible. */
    @Override
    public List<PipelinedCommand> pipelined() {
        return List.of(
                new PipelinedCommand("RSET", Due.DONE),
                new PipelinedCommand("RCPT TO:<postmaster>", Due.ANY),
                new PipelinedCommand("RSET", Due.DONE));
    }

    @Override
    public boolean executed(String line) {
        return line.startsWith("2");
    }

    /** Mail between servers needs no login. */
    @Override
    public boolean expectsLogin(Scheme scheme) {
        return scheme == Scheme.SUBMISSION;
    }

    @Override
    public boolean trustsOwnAddress() {
        return false;
    }

    /** NOOP may have a string (RFC 5321 section 4.1.1.9); Sendmail delays its answers from the 21st NOOP on. */
    @Override
    public String longestHarmless() {
        return "NOOP " + "x".repeat(LONG_LINE - "NOOP \r\n".length()) + "\r\n";
    }

    /** Servers made with Twisted know no NOOP. */
    @Override
    public List<String> harmlessInstead() {
        return List.of("RSET\r\n", "EHLO harmless.invalid\r\n");
    }

    @Override
    public boolean refusesHarmless(String line) {
        return line.matches("5[0-9][0-9]( .*)?");
    }

    @Override
    public boolean answersHarmless(String line) {
        return line.matches("250( .*)?");
    }

    @Override
    public boolean endsGreeting(String line) {
        return line.matches("220( .*)?");
    }
}
