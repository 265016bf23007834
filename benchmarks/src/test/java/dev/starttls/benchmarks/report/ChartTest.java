package dev.starttls.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.benchmarks.report.Chart.Bar;
import dev.starttls.benchmarks.report.Chart.Tone;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ChartTest {

    @Test
    void a_bar_is_as_long_as_its_value() throws Exception {
        Document svg = parse(chart(0, Bar.single("a", Tone.OWN, 2, 2, 2), Bar.single("b", Tone.OTHER, 1, 1, 1)));
        NodeList bars = svg.getElementsByTagName("rect");
        // The first is the ground.
        assertThat(width(bars.item(1))).isEqualTo(2 * width(bars.item(2)));
    }

    @Test
    void an_interval_and_a_reference_are_drawn_where_there_are_any() throws Exception {
        Document with = parse(chart(1, Bar.single("a", Tone.OWN, 0.8, 0.9, 1.2)));
        assertThat(with.getElementsByTagName("path").getLength()).isEqualTo(1);
        assertThat(with.getElementsByTagName("line").getLength()).isEqualTo(1);
        Document without = parse(chart(0, Bar.single("a", Tone.OWN, 0.9, 0.9, 0.9)));
        assertThat(without.getElementsByTagName("path").getLength()).isZero();
        assertThat(without.getElementsByTagName("line").getLength()).isZero();
    }

    @Test
    void parts_have_a_legend_each_once() throws Exception {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("greeting", 1.0);
        parts.put("handshake", 3.0);
        String svg =
                chart(0, Bar.stacked("smtp", parts), Bar.stacked("imap", parts)).svg();
        assertThat(svg)
                .containsOnlyOnce(">greeting<")
                .containsOnlyOnce(">handshake<")
                .contains(">4.00<");
    }

    @Test
    void labels_cannot_break_the_document() throws Exception {
        Document svg = parse(chart(0, Bar.single("<a> & \"b\"", Tone.OWN, 1, 1, 1)));
        assertThat(svg.getDocumentElement().getTextContent()).contains("<a> & \"b\"");
    }

    @Test
    void a_picture_needs_nothing_from_elsewhere() {
        String svg = chart(1, Bar.single("a", Tone.OWN, 1, 1, 1)).svg();
        assertThat(svg.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http", "href", "<script", "@import");
    }

    @Test
    void a_footer_that_is_too_long_for_a_line_has_more_than_one() {
        String footer = "word ".repeat(60).strip();
        String svg = new Chart("a title", "", 0, List.of(Bar.single("a", Tone.OWN, 1, 1, 1)), footer).svg();
        assertThat(svg.lines().filter(line -> line.contains(">word")))
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(250));
        assertThat(svg.split("word", -1)).hasSize(61);
    }

    private static Chart chart(double reference, Bar... bars) {
        return new Chart("a title", "", reference, List.of(bars), "a machine");
    }

    private static Document parse(Chart chart) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(chart.svg().getBytes(StandardCharsets.UTF_8)));
    }

    private static double width(org.w3c.dom.Node bar) {
        return Double.parseDouble(((Element) bar).getAttribute("width"));
    }
}
