package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.report.html.HtmlReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The matrix of a domain, of which the DNS has said what it liked. */
class MatrixReportsTest {
    private static String written(Function<PrintStream, Report> format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Report report = format.apply(new PrintStream(out, true, StandardCharsets.UTF_8))) {
            report.add(SyntheticReports.domain(SyntheticReports.HOSTILE));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void the_text_has_a_row_for_each_check_and_nothing_that_a_terminal_would_execute() {
        String text = written(out -> new TextReport(out, Style.PLAIN));
        assertThat(text).containsPattern("DNS-S-98 +FAIL +\\. +\\?\\?\\?\\? +made up");
        assertThat(text).containsPattern("MADE-S-01 +\\. +\\. +warn +made up");
        assertThat(text.replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 80, 200})
    void the_text_fits_terminals(int columns) {
        String text = written(out -> new TextReport(out, Style.COLOUR, columns));
        assertThat(text).contains("DNS-S-98");
    }

    @Test
    void the_page_has_a_table_in_which_everything_is_escaped() {
        String page = written(HtmlReport::new);
        assertThat(page).contains("<table class=\"matrix\">").contains("MX 20");
        assertThat(page.substring(page.indexOf("<section"), page.indexOf("</section>")))
                .doesNotContain("<script");
    }
}
