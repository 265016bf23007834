package dev.starttls.conformance.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How to fix what a check found: in general, and by the server's software where the catalogue says it in sentences that
 * begin with its name and a colon, as in {@code Postfix: smtpd_tls_auth_only = yes.}
 */
record Remedy(LinkedText general, List<Advice> advice) {
    private static final Pattern SOFTWARE = Pattern.compile(
            "(?:^|(?<=[.;] ))(?<name>(?:Postfix|Exim|Dovecot|Cyrus|Sendmail|Courier|Exchange|OpenSMTPD|Java)"
                    + "(?:(?: and|,) (?:Postfix|Exim|Dovecot|Cyrus|Sendmail|Courier|Exchange|OpenSMTPD|Java))*"
                    + "(?: (?:[0-9][0-9.]*|[a-z]+))?): ");

    Remedy {
        advice = List.copyOf(advice);
    }

    /** What to do in this software. */
    record Advice(String software, LinkedText text) {}

    static Remedy of(String fix) {
        List<Advice> advice = new ArrayList<>();
        Matcher software = SOFTWARE.matcher(fix);
        String general = fix;
        String name = "";
        int begin = 0;
        while (software.find()) {
            if (name.isEmpty()) {
                general = fix.substring(0, software.start());
            } else {
                advice.add(new Advice(name, LinkedText.of(sentence(fix.substring(begin, software.start())))));
            }
            name = software.group("name");
            begin = software.end();
        }
        if (!name.isEmpty()) {
            advice.add(new Advice(name, LinkedText.of(sentence(fix.substring(begin)))));
        }
        return new Remedy(LinkedText.of(general.strip()), advice);
    }

    /** Without the semicolon that joined it to the next. */
    private static String sentence(String text) {
        String stripped = text.strip();
        return stripped.endsWith(";") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }
}
