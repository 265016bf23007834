package dev.starttls.core.testing;

import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLParameters;

/**
 * What a JDK does where versions of it may differ, asked of the one that runs: a row of docs/jdks.md.
 *
 * @param what its first cell
 * @param question whose answer is the cell of the running JDK
 */
record JdkProbe(String what, Question question) {

    /** The rows, in their order. */
    static final List<JdkProbe> ROWS = List.of(
            new JdkProbe("versions on by default", JdkQuestions::versions),
            new JdkProbe("cipher suites on by default", () -> JdkQuestions.suites("TLS_")),
            new JdkProbe("of them without forward secrecy (`TLS_RSA_`)", () -> JdkQuestions.suites("TLS_RSA_")),
            new JdkProbe("groups offered", JdkQuestions::groups),
            new JdkProbe("key shares sent at once, TLS 1.3", JdkQuestions::keyShares),
            new JdkProbe("module with the elliptic curves", JdkQuestions::curves),
            new JdkProbe("ML-KEM as an algorithm", JdkQuestions::mlKem),
            new JdkProbe(
                    "`SSLParameters` can set groups",
                    () -> JdkQuestions.present(SSLParameters.class, "setNamedGroups")),
            new JdkProbe("signature schemes offered", JdkQuestions::schemes),
            new JdkProbe("of them with SHA-1, SHA-224 or DSA", JdkQuestions::oldSchemes),
            new JdkProbe(
                    "`SSLParameters` can set signature schemes",
                    () -> JdkQuestions.present(SSLParameters.class, "setSignatureSchemes")),
            new JdkProbe("extensions of a ClientHello", JdkQuestions::extensions),
            new JdkProbe(
                    "`ExtendedSSLSession` can export keying material",
                    () -> JdkQuestions.present(ExtendedSSLSession.class, "exportKeyingMaterialData")),
            new JdkProbe(
                    "connections opened together that offer one session, TLS 1.3",
                    () -> JdkQuestions.resumptions("TLSv1.3")),
            new JdkProbe("the same, TLS 1.2", () -> JdkQuestions.resumptions("TLSv1.2")),
            new JdkProbe("sessions that a context keeps, and for how long", JdkQuestions::cache),
            new JdkProbe("alert for a certificate of an unknown root", JdkQuestions::alertToUnknownRoot),
            new JdkProbe("alert for an expired certificate", JdkQuestions::alertToExpired),
            new JdkProbe("alert for a certificate of another name", JdkQuestions::alertToOtherName),
            new JdkProbe("alert for no common version", JdkQuestions::noCommonVersion),
            new JdkProbe("alert for no common ALPN protocol", JdkQuestions::noCommonProtocol),
            new JdkProbe("alert for no client certificate, TLS 1.3", () -> JdkQuestions.noCertificate("TLSv1.3")),
            new JdkProbe("alert for no client certificate, TLS 1.2", () -> JdkQuestions.noCertificate("TLSv1.2")),
            new JdkProbe("message of the exception for an alert that came", JdkQuestions::message),
            new JdkProbe("can send after the peer's close_notify, TLS 1.3", JdkQuestions::halfClosed),
            new JdkProbe("octets to provide for a record", JdkQuestions::record),
            new JdkProbe("virtual threads", () -> JdkQuestions.present(Thread.class, "ofVirtual")));

    /** Asks the JDK. */
    interface Question {
        String answer() throws Exception;
    }

    @Override
    public String toString() {
        return what;
    }
}
