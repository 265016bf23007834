package dev.starttls.conformance.upgrade;

import dev.starttls.conformance.imap.ScriptedImapSession;
import dev.starttls.conformance.pop3.ScriptedPop3Session;
import dev.starttls.conformance.session.CheckHarness;
import dev.starttls.conformance.session.ExpectedFindings;
import dev.starttls.conformance.session.Fault;
import dev.starttls.conformance.session.ScriptedServer;
import dev.starttls.conformance.smtp.ScriptedSmtpSession;
import dev.starttls.conformance.smtp.SmtpFault;
import dev.starttls.conformance.target.Login;
import dev.starttls.conformance.target.Protocol;
import dev.starttls.conformance.target.Scheme;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Scripted servers of all protocols, each with a login. */
final class Servers {
    private Servers() {}

    static ScriptedServer start(Scheme scheme, Collection<? extends Fault> faults) throws IOException {
        List<Fault> all = new ArrayList<>(faults);
        return switch (scheme.protocol()) {
            case SMTP -> {
                all.add(SmtpFault.AUTH_INSIDE_TLS);
                yield ScriptedSmtpSession.server(scheme, all);
            }
            case IMAP -> ScriptedImapSession.server(scheme, all);
            case POP3 -> ScriptedPop3Session.server(scheme, all);
        };
    }

    static ScriptedServer start(ExpectedFindings expected) throws IOException {
        return start(expected.scheme(), expected.faults());
    }

    static CheckHarness checking(Protocol protocol) {
        return CheckHarness.of(protocol).withLogin(login(protocol));
    }

    private static Login login(Protocol protocol) {
        return switch (protocol) {
            case SMTP -> ScriptedSmtpSession.LOGIN;
            case IMAP -> ScriptedImapSession.LOGIN;
            case POP3 -> ScriptedPop3Session.LOGIN;
        };
    }
}
