package dev.starttls.core.testing;

import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLParameters;

/**
 * What a JDK does where versions of it may differ, asked of the one that runs: a row of docs/jdks.md.
 *
 * @param what its first cell
 * @param form of its other cells
 * @param question whose answer is the cell of the running JDK
 */
record JdkProbe(String what, JdkForm form, Question question) {

    /** The rows, in their order. */
    static final List<JdkProbe> ROWS = List.of(
            new JdkProbe("versions on by default", JdkForm.VERSIONS, JdkQuestions::versions),
            new JdkProbe("cipher suites on by default", JdkForm.NUMBER, () -> JdkQuestions.suites("TLS_")),
            new JdkProbe(
                    "of them without forward secrecy (`TLS_RSA_`)",
                    JdkForm.NUMBER,
                    () -> JdkQuestions.suites("TLS_RSA_")),
            new JdkProbe("groups offered", JdkForm.GROUPS, JdkQuestions::groups),
            new JdkProbe("key shares sent at once, TLS 1.3", JdkForm.GROUPS, JdkQuestions::keyShares),
            new JdkProbe("module with the elliptic curves", JdkForm.MODULE, JdkQuestions::curves),
            new JdkProbe("ML-KEM as an algorithm", JdkForm.YES_OR_NO, JdkQuestions::mlKem),
            new JdkProbe(
                    "`SSLParameters` can set groups",
                    JdkForm.YES_OR_NO,
                    () -> JdkQuestions.present(SSLParameters.class, "setNamedGroups")),
            new JdkProbe("signature schemes offered", JdkForm.NUMBER, JdkQuestions::schemes),
            new JdkProbe("of them with SHA-1, SHA-224 or DSA", JdkForm.SCHEMES, JdkQuestions::oldSchemes),
            new JdkProbe(
                    "`SSLParameters` can set signature schemes",
                    JdkForm.YES_OR_NO,
                    () -> JdkQuestions.present(SSLParameters.class, "setSignatureSchemes")),
            new JdkProbe("extensions of a ClientHello", JdkForm.EXTENSIONS, JdkQuestions::extensions),
            new JdkProbe(
                    "`ExtendedSSLSession` can export keying material",
                    JdkForm.YES_OR_NO,
                    () -> JdkQuestions.present(ExtendedSSLSession.class, "exportKeyingMaterialData")),
            new JdkProbe(
                    "connections opened together that offer one session, TLS 1.3",
                    JdkForm.SHARE,
                    () -> JdkQuestions.resumptions("TLSv1.3")),
            new JdkProbe("the same, TLS 1.2", JdkForm.SHARE, () -> JdkQuestions.resumptions("TLSv1.2")),
            new JdkProbe("sessions that a context keeps, and for how long", JdkForm.CACHE, JdkQuestions::cache),
            new JdkProbe("alert for a certificate of an unknown root", JdkForm.ALERT, JdkQuestions::alertToUnknownRoot),
            new JdkProbe("alert for an expired certificate", JdkForm.ALERT, JdkQuestions::alertToExpired),
            new JdkProbe("alert for a certificate of another name", JdkForm.ALERT, JdkQuestions::alertToOtherName),
            new JdkProbe("alert for no common version", JdkForm.ALERT, JdkQuestions::noCommonVersion),
            new JdkProbe("alert for no common ALPN protocol", JdkForm.ALERT, JdkQuestions::noCommonProtocol),
            new JdkProbe(
                    "alert for no client certificate, TLS 1.3",
                    JdkForm.ALERT,
                    () -> JdkQuestions.noCertificate("TLSv1.3")),
            new JdkProbe(
                    "alert for no client certificate, TLS 1.2",
                    JdkForm.ALERT,
                    () -> JdkQuestions.noCertificate("TLSv1.2")),
            new JdkProbe("message of the exception for an alert that came", JdkForm.MESSAGE, JdkQuestions::message),
            new JdkProbe(
                    "can send after the peer's close_notify, TLS 1.3", JdkForm.YES_OR_NO, JdkQuestions::halfClosed),
            new JdkProbe("octets to provide for a record", JdkForm.NUMBER, JdkQuestions::record),
            new JdkProbe("virtual threads", JdkForm.YES_OR_NO, () -> JdkQuestions.present(Thread.class, "ofVirtual")));

    /** Asks the JDK. */
    interface Question {
        String answer() throws Exception;
    }

    @Override
    public String toString() {
        return what;
    }
}
