package dev.starttls.conformance.report;

import dev.starttls.conformance.survey.SurveyResult;
import dev.starttls.conformance.survey.SurveyedTls;
import dev.starttls.conformance.tls.certificate.CertificateFacts;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** One line per target, for people. */
public final class SurveyText implements SurveyReport {
    /** A certificate of a mail hoster has a hundred names. */
    private static final int MAX_NAMES = 3;

    private final PrintStream out;

    public SurveyText(PrintStream out) {
        this.out = out;
    }

    @Override
    public void add(SurveyResult result) {
        String detail = result.tls()
                .map(SurveyText::agreed)
                .or(() -> result.failure().map(failure -> failure.description()))
                .orElse("");
        out.print(Visible.of(result.target().url() + "  " + result.status().key() + "  " + detail) + "\n");
        out.flush();
    }

    private static String agreed(SurveyedTls tls) {
        return tls.version() + " " + tls.suite()
                + tls.group().map(group -> " " + group).orElse("")
                + tls.chain().stream().findFirst().map(SurveyText::certificate).orElse(", no certificate")
                + (tls.verified()
                        ? ", verified"
                        : tls.faults().stream()
                                .map(fault -> fault.kind().key() + ": " + fault.detail())
                                .collect(Collectors.joining("; ", ", not verified: ", "")));
    }

    private static String certificate(CertificateFacts leaf) {
        List<String> names = leaf.names();
        String shown = names.stream().limit(MAX_NAMES).collect(Collectors.joining(", "));
        return ", certificate for "
                + (names.isEmpty() ? leaf.subject() : shown)
                + (names.size() > MAX_NAMES ? " and " + (names.size() - MAX_NAMES) + " more" : "")
                + " until " + leaf.notAfter();
    }
}
