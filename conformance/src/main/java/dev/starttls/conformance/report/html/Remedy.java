package dev.starttls.conformance.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How to fix what a check found: in general, and for each server software that the catalogue names with a colon at the
 * head of a sentence, as in {@code Postfix: smtpd_tls_auth_only = yes.}
 */
record Remedy(LinkedText general, List<Advice> advice) {
    private static final Pattern SOFTWARE = Pattern.compile(
            "(?:^|(?<=[.;] ))(?<name>(?:Postfix|Exim|Dovecot|Cyrus|Sendmail|Courier|Exchange|OpenSMTPD|Java)"
                    + "(?:(?: and|,) (?:Postfix|Exim|Dovecot|Cyrus|Sendmail|Courier|Exchange|OpenSMTPD|Java))*"
                    + "(?: (?:[0-9][0-9.]*|[a-z]+))?): ");

    Remedy {
        advice = List.copyOf(advice);
    }

    /** The advice for one server software. */
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

    /** Without the semicolon that separates it from the next. */
    private static String sentence(String text) {
        String stripped = text.strip();
        return stripped.endsWith(";") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }
}
