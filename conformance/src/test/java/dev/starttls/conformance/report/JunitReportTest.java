package dev.starttls.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.check.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class JunitReportTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private JunitReport report() {
        return new JunitReport(new PrintStream(out, false, StandardCharsets.UTF_8));
    }

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Parses it; what the schema does not allow is an exception. */
    private static Element valid(String xml) throws IOException, SAXException, ParserConfigurationException {
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        SchemaFactory.newDefaultInstance()
                .newSchema(JunitReportTest.class.getResource("junit.xsd"))
                .newValidator()
                .validate(new StreamSource(new ByteArrayInputStream(bytes)));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        return factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(bytes))
                .getDocumentElement();
    }

    private static List<Element> all(Element in, String name) {
        NodeList found = in.getElementsByTagName(name);
        List<Element> all = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            all.add((Element) found.item(i));
        }
        return all;
    }

    private static Element only(Element in, String name) {
        assertThat(all(in, name)).hasSize(1);
        return all(in, name).get(0);
    }

    @Test
    void a_real_run_is_a_suite_a_target_and_a_case_a_check() throws Exception {
        Element root = valid(SampleRun.once().text("junit"));
        List<Element> suites = all(root, "testsuite");
        assertThat(suites)
                .extracting(suite -> suite.getAttribute("name"))
                .containsExactly(
                        SampleRun.once().broken(),
                        SampleRun.once().good(),
                        SampleRun.once().missing());
        for (Element suite : suites) {
            assertThat(suite.getAttribute("tests"))
                    .isEqualTo(String.valueOf(all(suite, "testcase").size()));
            assertThat(suite.getAttribute("failures"))
                    .isEqualTo(String.valueOf(all(suite, "failure").size()));
            assertThat(suite.getAttribute("errors"))
                    .isEqualTo(String.valueOf(all(suite, "error").size()));
            assertThat(suite.getAttribute("skipped"))
                    .isEqualTo(String.valueOf(all(suite, "skipped").size()));
        }
        assertThat(all(suites.get(0), "failure")).isNotEmpty();
        assertThat(all(suites.get(1), "failure")).isEmpty();
        assertThat(all(suites.get(2), "error")).hasSize(1);
    }

    @Test
    void a_failure_states_the_level_what_was_seen_and_the_evidence() throws Exception {
        JunitReport report = report();
        report.add(SyntheticReports.target("mail.example.org", Verdict.fail("obeyed")));
        report.close();
        Element test = only(valid(written()), "testcase");
        assertThat(test.getAttribute("name")).isEqualTo("MADE-S-01 made up");
        assertThat(test.getAttribute("classname")).isEqualTo("smtp://mail.example.org:25.MADE-S");
        assertThat(test.getAttribute("time")).isEqualTo("1.234");
        Element failure = only(test, "failure");
        assertThat(failure.getAttribute("type")).isEqualTo("security");
        assertThat(failure.getAttribute("message")).isEqualTo("obeyed");
        assertThat(failure.getTextContent().lines())
                .contains(
                        "RFC 3207 section 4: obeyed",
                        "why: because",
                        "fix: Fix it. Postfix: one. Exim: two.",
                        "    0 ms #1 T>   STARTTLS");
    }

    @Test
    void a_warning_passes_and_says_so_in_its_output() throws Exception {
        JunitReport report = report();
        report.add(SyntheticReports.target("mail.example.org", Verdict.warn("hm")));
        report.close();
        Element test = only(valid(written()), "testcase");
        assertThat(all(test, "failure")).isEmpty();
        assertThat(only(test, "system-out").getTextContent()).startsWith("WARNING RFC 3207 section 4: hm");
    }

    @Test
    void what_was_skipped_or_inconclusive_is_skipped_with_the_reason() throws Exception {
        JunitReport report = report();
        report.add(SyntheticReports.target(
                "mail.example.org", Verdict.skip("no offer"), Verdict.inconclusive("too slow")));
        report.close();
        assertThat(all(valid(written()), "skipped"))
                .extracting(skipped -> skipped.getAttribute("message"))
                .containsExactly("skip: no offer", "inconclusive: too slow");
    }

    @Test
    void what_xml_does_not_allow_is_made_visible() throws Exception {
        JunitReport report = report();
        report.add(SyntheticReports.saying(SyntheticReports.HOSTILE));
        report.close();
        Element root = valid(written());
        assertThat(all(root, "script")).isEmpty();
        assertThat(all(root, "failure").get(0).getAttribute("message"))
                .startsWith("<script>alert(1)</script>\"'&amp;{{id}}")
                .contains("\\x00\\x1b[31m\\x9b\\u202e\\u2066\\u200f\\ufeff\\uffff\\ud800");
        assertThat(only(root, "error").getTextContent()).contains("<script>").contains("\\x00");
    }

    @Test
    void a_target_can_be_read_before_the_next_one_is_done() throws Exception {
        JunitReport report = report();
        report.add(SyntheticReports.target("one.example.org", Verdict.pass("fine")));
        assertThat(written()).endsWith("</testsuite>");
        valid(written() + "</testsuites>");
        report.add(SyntheticReports.target("two.example.org", Verdict.pass("fine")));
        report.close();
        assertThat(all(valid(written()), "testsuite")).hasSize(2);
    }

    @Test
    void a_run_without_a_target_is_well_formed() throws Exception {
        report().close();
        assertThat(all(valid(written()), "testsuite")).isEmpty();
    }
}
