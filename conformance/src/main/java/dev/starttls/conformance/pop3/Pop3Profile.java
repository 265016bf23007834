package dev.starttls.conformance.pop3;

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

/** POP3 for the shared checks. */
public final class Pop3Profile implements UpgradeProfile {
    /** NOOP is allowed only after the login (RFC 1939 section 5), CAPA at any time (RFC 2449 section 5). */
    static final Vocabulary WORDS = new Vocabulary("STLS", "+OK", "CAPA", "CAPA", "QUIT");

    static final Stages<Pop3ProtocolSession> STAGES = new Stages<>(Pop3ProtocolSession::new);
    static final String NO_PLAINTEXT_LOGIN =
            "Dovecot: auth_allow_cleartext = no (disable_plaintext_auth = yes before 2.4), and"
                    + " ssl = required. Cyrus: allowplaintext: no. Courier: POP3_TLS_REQUIRED=1 in pop3d-ssl.";

    private static final String STLS = "RFC 2595 section 4";
    private static final String OK = "+OK";

    @Override
    public Protocol protocol() {
        return Protocol.POP3;
    }

    @Override
    public Vocabulary words() {
        return WORDS;
    }

    @Override
    public Stages<Pop3ProtocolSession> stages() {
        return STAGES;
    }

    @Override
    public List<Topic> topics() {
        return List.of(
                new Pop3ResponseTopic(),
                new Pop3DiscardTopic(),
                new ApopTopic(),
                new Pop3LoginTopic(),
                new Pop3LineTopic());
    }

    @Override
    public Reference reference(Rule rule) {
        return switch (rule) {
            case GREETING -> new Reference("RFC 1939 section 4", "Dovecot: login_greeting is one line of ASCII.");
            case OFFER ->
                new Reference(
                        STLS,
                        "Dovecot: ssl = yes, with ssl_cert and ssl_key (ssl_server_cert_file and ssl_server_key_file"
                                + " since 2.4). Cyrus: tls_server_cert and tls_server_key in imapd.conf. Courier:"
                                + " POP3_STARTTLS=YES in pop3d-ssl.");
            case COMMAND, INSIDE -> Reference.to(STLS);
            case ARGUMENT ->
                new Reference(STLS, "Dovecot 2.3 accepts STLS with any argument, and has no setting for it.");
            case FAILED_HANDSHAKE -> new Reference(STLS, "Cyrus 3.6 continues in plaintext and has no setting for it.");
            case CASE, LINE_END -> Reference.to("RFC 1939 section 3");
            case INJECTION -> new Reference(STLS + ", CVE-2011-1926", "Cyrus: use 2.4.7 or later.");
            case PIPELINING -> Reference.to("RFC 2449 section 6.6");
            case LINE_LENGTH -> Reference.to("RFC 2449 section 4");
            case MECHANISMS, LOGIN -> new Reference("RFC 2595 section 2.3, RFC 8314 section 3", NO_PLAINTEXT_LOGIN);
            case GOODBYE -> Reference.to("RFC 1939 section 4");
            case IMPLICIT_TLS ->
                new Reference(
                        "RFC 8314 section 3.2",
                        "Dovecot: ssl = yes in the inet_listener pop3s of service pop3-login. Cyrus: pop3d -s listens on"
                                + " pop3s. Courier: POP3DSSLSTART=YES in pop3d-ssl.");
            case IMPLICIT_OFFER -> Reference.to("RFC 8314 section 3.2, " + STLS);
        };
    }

    @Override
    public String begin() {
        return "USER " + UnknownUser.NAME;
    }

    @Override
    public String authenticate(String mechanism) {
        return "AUTH " + mechanism;
    }

    @Override
    public List<String> inventedLogins() {
        return List.of("USER " + UnknownUser.NAME, "PASS " + UnknownUser.PASSWORD, "AUTH PLAIN " + UnknownUser.PLAIN);
    }

    @Override
    public List<String> needLogin() {
        return List.of("STAT");
    }

    @Override
    public String longCommand() {
        return "USER";
    }

    /** RFC 2449 section 4: 255 octets. */
    @Override
    public int overlong() {
        return 600;
    }

    /** The unknown command is refused and the others are not, which makes the order visible. */
    @Override
    public List<PipelinedCommand> pipelined() {
        return List.of(
                new PipelinedCommand("CAPA", Due.DONE),
                new PipelinedCommand("XUNKNOWN", Due.REFUSED),
                new PipelinedCommand("CAPA", Due.DONE));
    }

    @Override
    public boolean executed(String line) {
        return line.startsWith(OK);
    }

    /** A server that does not know CAPA refuses it. */
    @Override
    public boolean answersHarmless(String line) {
        return line.equals(".") || refusesHarmless(line);
    }

    @Override
    public boolean refusesHarmless(String line) {
        return line.matches("-ERR( .*)?");
    }

    @Override
    public boolean endsGreeting(String line) {
        return line.matches("\\+OK( .*)?");
    }
}
