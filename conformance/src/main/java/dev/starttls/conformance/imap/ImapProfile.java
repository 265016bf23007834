package dev.starttls.conformance.imap;

import dev.starttls.conformance.check.Topic;
import dev.starttls.conformance.session.Stages;
import dev.starttls.conformance.session.UnknownUser;
import dev.starttls.conformance.session.Vocabulary;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.upgrade.PipelinedCommand;
import dev.starttls.conformance.upgrade.PipelinedCommand.Due;
import dev.starttls.conformance.upgrade.Reference;
import dev.starttls.conformance.upgrade.Rule;
import dev.starttls.conformance.upgrade.UpgradeProfile;
import java.util.List;

/** IMAP for the shared checks. */
public final class ImapProfile implements UpgradeProfile {
    static final Vocabulary WORDS = new Vocabulary("STARTTLS", "OK", "CAPABILITY", "NOOP", "LOGOUT");
    static final Stages<ImapProtocolSession> STAGES = new Stages<>(ImapProtocolSession::new);
    static final String NO_PLAINTEXT_LOGIN =
            "Dovecot: auth_allow_cleartext = no (disable_plaintext_auth = yes before 2.4), and"
                    + " ssl = required. Cyrus: allowplaintext: no. Courier: IMAP_TLS_REQUIRED=1 in imapd-ssl.";

    private static final String STARTTLS = "RFC 9051 section 6.2.1";

    @Override
    public Protocol protocol() {
        return Protocol.IMAP;
    }

    @Override
    public Vocabulary words() {
        return WORDS;
    }

    @Override
    public String line(String tag, String command) {
        return tag + " " + command;
    }

    @Override
    public Stages<ImapProtocolSession> stages() {
        return STAGES;
    }

    @Override
    public List<Topic> topics() {
        return List.of(
                new ImapGreetingTopic(),
                new ImapCapabilityTopic(),
                new ImapLoginTopic(),
                new ImapLiteralLoginTopic(),
                new ImapCapabilityCodeTopic(),
                new ImapLiteralInjectionTopic(),
                new ImapSyntaxTopic(),
                new ImapLiteralTopic());
    }

    @Override
    public Reference reference(Rule rule) {
        return switch (rule) {
            case GREETING ->
                new Reference(
                        "RFC 9051 section 7.1",
                        "Dovecot: check login_greeting. Cyrus: serverinfo and servername in imapd.conf.");
            case OFFER ->
                new Reference(
                        STARTTLS,
                        "Dovecot: ssl = yes, with ssl_cert and ssl_key (ssl_server_cert_file and ssl_server_key_file"
                                + " since 2.4). Cyrus: tls_server_cert and tls_server_key in imapd.conf. Courier:"
                                + " IMAPDSTARTTLS=YES in imapd-ssl.");
            case COMMAND, INSIDE -> Reference.to(STARTTLS);
            case ARGUMENT ->
                new Reference(STARTTLS, "Dovecot 2.3 accepts STARTTLS with any argument, and has no setting for it.");
            case CASE -> Reference.to("RFC 9051 section 9");
            case INJECTION -> new Reference(STARTTLS + ", CVE-2011-1926", "Cyrus: use 2.4.7 or later.");
            case LINE_END -> Reference.to("RFC 9051 section 2.2");
            case FAILED_HANDSHAKE ->
                new Reference(STARTTLS, "Cyrus 3.6 continues in plaintext and has no setting for it.");
            case PIPELINING -> Reference.to("RFC 9051 section 5.5");
            case LINE_LENGTH -> Reference.to("RFC 7162 section 4");
            case MECHANISMS, LOGIN -> new Reference("RFC 9051 section 6.2.2", NO_PLAINTEXT_LOGIN);
            case GOODBYE -> Reference.to("RFC 9051 section 6.1.3");
            case IMPLICIT_TLS ->
                new Reference(
                        "RFC 8314 section 3.2",
                        "Dovecot: ssl = yes in the inet_listener imaps. Cyrus: imapd -s for the service imaps in"
                                + " cyrus.conf. Courier: IMAPDSSLSTART=YES in imapd-ssl.");
            case IMPLICIT_OFFER -> Reference.to("RFC 8314 section 3.2, " + STARTTLS);
        };
    }

    @Override
    public String begin() {
        return "LOGIN " + UnknownUser.LOGIN_ARGUMENTS;
    }

    @Override
    public String authenticate(String mechanism) {
        return "AUTHENTICATE " + mechanism;
    }

    @Override
    public List<String> inventedLogins() {
        return List.of("LOGIN " + UnknownUser.LOGIN_ARGUMENTS, "AUTHENTICATE PLAIN " + UnknownUser.PLAIN);
    }

    @Override
    public List<String> needLogin() {
        return List.of("LIST \"\" \"\"");
    }

    @Override
    public String longCommand() {
        return "NOOP";
    }

    /** RFC 7162 section 4: 8192 octets. */
    @Override
    public int overlong() {
        return 10_000;
    }

    @Override
    public List<PipelinedCommand> pipelined() {
        return List.of(new PipelinedCommand("CAPABILITY", Due.DONE), new PipelinedCommand("NOOP", Due.DONE));
    }

    /** Checks tag what they send in plaintext with a letter from b to g and a digit. */
    @Override
    public boolean executed(String line) {
        return line.matches("(?is)[b-g][0-9] OK( .*)?|\\* CAPABILITY .*");
    }

    /** Always with the same tag, which servers accept. */
    @Override
    public String harmless() {
        return "h NOOP\r\n";
    }

    @Override
    public boolean answersHarmless(String line) {
        return line.matches("(?i)h OK( .*)?");
    }

    @Override
    public boolean refusesHarmless(String line) {
        return line.matches("(?i)(h (NO|BAD)|\\* BAD)( .*)?");
    }

    @Override
    public boolean endsGreeting(String line) {
        return line.matches("(?i)\\* (OK|PREAUTH)( .*)?");
    }
}
