package dev.starttls.conformance.survey;

import dev.starttls.core.upgrade.Phase;
import dev.starttls.core.upgrade.UpgradeException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;

/** How the connection of a survey ended. */
public enum SurveyStatus {
    /** The handshake was done; whether the certificate is good is another question. */
    SUCCESS(Answer.ANSWERED),
    /** The name has no address, or the name service did not say. */
    NAME_UNKNOWN(Answer.NONE),
    /** The host refused the TCP connection. */
    CONNECTION_REFUSED(Answer.NONE),
    /** No TCP connection in time. */
    CONNECTION_TIMEOUT(Answer.NONE),
    /** There is no route to the host, or a router or firewall said so. */
    UNREACHABLE(Answer.NONE),
    /** The server connected and then kept silent, before TLS. */
    TIMEOUT(Answer.NONE),
    /** The server closed the connection before TLS. */
    CONNECTION_CLOSED(Answer.NONE),
    /** The server turned this client away: 421 or 554, BYE, -ERR. */
    TURNED_AWAY(Answer.NONE),
    /** What answers does not speak the protocol. */
    PROTOCOL_ERROR(Answer.NONE),
    /** The server does not offer the upgrade. */
    NO_STARTTLS(Answer.ANSWERED),
    /** The server offers the upgrade and refused the command. */
    STARTTLS_REFUSED(Answer.ANSWERED),
    /** The IMAP server greeted with PREAUTH, in which state there is no upgrade (RFC 9051 section 11.1). */
    PREAUTHENTICATED(Answer.ANSWERED),
    /** Plaintext came together with the go-ahead (CVE-2011-0411). */
    PLAINTEXT_INJECTION(Answer.ANSWERED),
    /** The handshake failed: the failure has the reason, and the alert if the server sent one. */
    HANDSHAKE_FAILED(Answer.ANSWERED),
    /** This machine could not ask: no free port, too many open files. It says nothing of the server. */
    LOCAL_ERROR(Answer.NONE);

    private enum Answer {
        ANSWERED,
        NONE
    }

    private final Answer answer;

    SurveyStatus(Answer answer) {
        this.answer = answer;
    }

    /** Whether a server of the protocol answered, so that something is known of it. */
    public boolean answered() {
        return answer == Answer.ANSWERED;
    }

    /** The name in reports: lower case with hyphens. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a failure of this library's client means. */
    static SurveyStatus of(UpgradeException why) {
        return switch (why.reason()) {
            case CONNECT_FAILED -> unconnected(why);
            case NOT_OFFERED -> NO_STARTTLS;
            case REFUSED -> STARTTLS_REFUSED;
            case PREAUTHENTICATED -> PREAUTHENTICATED;
            case PLAINTEXT_INJECTION -> PLAINTEXT_INJECTION;
            case TURNED_AWAY -> TURNED_AWAY;
            // A survey excludes no host and asks no DNS for what must be proved: that would be this side's doing.
            case REJECTED, LOCAL_ERROR, DIRECT_NOT_TAKEN, HOST_EXCLUDED, DNSSEC_INVALID, DANE_REQUIRED -> LOCAL_ERROR;
            case TIMEOUT -> of(why.phase(), TIMEOUT);
            case CONNECTION_CLOSED, TRUNCATED -> of(why.phase(), CONNECTION_CLOSED);
            case PROTOCOL_VIOLATION, LIMIT_EXCEEDED -> of(why.phase(), PROTOCOL_ERROR);
            case HANDSHAKE_FAILED,
                    CERTIFICATE_UNTRUSTED,
                    CERTIFICATE_EXPIRED,
                    CERTIFICATE_NAME_MISMATCH,
                    CERTIFICATE_PIN_MISMATCH,
                    CERTIFICATE_REFUSED,
                    TLSA_MISMATCH -> HANDSHAKE_FAILED;
        };
    }

    private static SurveyStatus of(Phase phase, SurveyStatus before) {
        return phase == Phase.HANDSHAKE ? HANDSHAKE_FAILED : before;
    }

    private static SurveyStatus unconnected(UpgradeException why) {
        Throwable cause = why.getCause();
        if (cause == null) {
            return CONNECTION_TIMEOUT;
        }
        if (cause instanceof UnknownHostException) {
            return NAME_UNKNOWN;
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof BindException || message.contains("Too many open files")) {
            return LOCAL_ERROR;
        }
        if (cause instanceof ConnectException) {
            return message.contains("timed out") ? CONNECTION_TIMEOUT : CONNECTION_REFUSED;
        }
        return UNREACHABLE;
    }
}
