package dev.starttls.conformance.report;

import dev.starttls.conformance.check.Check;
import dev.starttls.conformance.check.CheckResult;
import dev.starttls.conformance.check.Status;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.run.TargetReport;
import dev.starttls.conformance.target.Subject;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * JUnit XML in the format of Ant, which CI systems read: one test suite per target, one test case per check. A failed
 * check is a failure, unless it is accepted or as in the baseline; then it passes, as a warning does, with the evidence in
 * its output; a skipped or inconclusive check is skipped,
 * with the reason; a target that was not reached is an error.
 */
public final class JunitReport implements Report {
    /** Ant's format has no time zone; it is UTC. */
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final PrintStream out;
    private final XMLStreamWriter xml;
    private final Set<String> named = new HashSet<>();

    public JunitReport(PrintStream out) {
        this.out = out;
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuites");
            attribute("name", "STARTTLS conformance");
        } catch (XMLStreamException e) {
            throw unwritable(e);
        }
    }

    @Override
    public void add(TargetReport report) {
        try {
            suite(report);
            xml.flush();
            out.flush();
        } catch (XMLStreamException e) {
            throw unwritable(e);
        }
    }

    /** The URL; for the other addresses of the same target with the address, because a name stands for one suite. */
    private String name(Subject target) {
        return named.add(target.url())
                ? target.url()
                : target.url()
                        + target.address()
                                .map(address -> " at " + address.getHostAddress())
                                .orElse("");
    }

    private void suite(TargetReport report) throws XMLStreamException {
        String name = name(report.target());
        long errors = report.survey().problem().isPresent() ? 1 : 0;
        start(1, "testsuite");
        attribute("name", name);
        attribute("tests", String.valueOf(report.results().size() + errors));
        attribute(
                "failures",
                String.valueOf(
                        report.results().stream().filter(CheckResult::failsRun).count()));
        attribute("errors", String.valueOf(errors));
        attribute("skipped", String.valueOf(report.count(Status.SKIP) + report.count(Status.INCONCLUSIVE)));
        attribute("time", seconds(report.took()));
        attribute("timestamp", TIMESTAMP.format(report.started()));
        if (report.survey().problem().isPresent()) {
            unreached(name, report, report.survey().problem().get());
        }
        for (CheckResult result : report.results()) {
            test(name, result);
        }
        end(1);
    }

    private void unreached(String name, TargetReport report, String problem) throws XMLStreamException {
        start(2, "testcase");
        attribute("classname", name);
        attribute("name", report.target().kind().premise());
        attribute("time", "0.000");
        start(3, "error");
        attribute("type", "unreachable");
        attribute("message", problem);
        text(lines(Visible.of(problem), report.dialogue()));
        xml.writeEndElement();
        end(2);
    }

    private void test(String name, CheckResult result) throws XMLStreamException {
        Check check = result.check();
        String detail = result.verdict().detail();
        start(2, "testcase");
        attribute("classname", name + "." + check.id().replaceFirst("-[0-9]+[a-z]*$", ""));
        attribute("name", check.id() + " " + check.title());
        attribute("time", seconds(result.took()));
        switch (result.verdict().status()) {
            case PASS -> {}
            case FAIL -> {
                if (result.failsRun()) {
                    start(3, "failure");
                    attribute("type", check.level().key());
                    attribute("message", detail);
                    text(evidence(result));
                } else {
                    start(3, "system-out");
                    text("FAILED, " + Visible.of(result.excuse().orElse("")) + "\n" + evidence(result));
                }
                xml.writeEndElement();
            }
            case WARN -> {
                start(3, "system-out");
                text("WARNING " + evidence(result));
                xml.writeEndElement();
            }
            case SKIP, INCONCLUSIVE -> {
                start(3, "skipped");
                attribute("message", result.verdict().status().key() + ": " + detail);
                xml.writeEndElement();
            }
        }
        if (result.verdict().status() == Status.PASS) {
            xml.writeEndElement();
        } else {
            end(2);
        }
    }

    private static String evidence(CheckResult result) {
        Check check = result.check();
        List<String> detail = new ArrayList<>();
        detail.add(check.clause() + ": " + result.verdict().detail());
        detail.add("why: " + check.why());
        if (!check.fix().isEmpty()) {
            detail.add("fix: " + check.fix());
        }
        return lines(detail.stream().map(Visible::of).collect(Collectors.joining("\n")), result.transcript());
    }

    private static String lines(String head, List<Transcript.Entry> transcript) {
        return head
                + transcript.stream()
                        .map(entry -> "\n" + Visible.of(entry.toString()))
                        .collect(Collectors.joining());
    }

    private static String seconds(Duration took) {
        return String.format(Locale.ROOT, "%.3f", took.toMillis() / 1000.0);
    }

    private void start(int depth, String element) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
        xml.writeStartElement(element);
    }

    private void end(int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
        xml.writeEndElement();
    }

    private void attribute(String name, String value) throws XMLStreamException {
        xml.writeAttribute(name, Visible.of(value));
    }

    /** Text in which every line was made visible already. */
    private void text(String lines) throws XMLStreamException {
        xml.writeCharacters(lines);
    }

    private static IllegalStateException unwritable(XMLStreamException e) {
        return new IllegalStateException("elements were closed in the wrong order, or text was not made visible", e);
    }

    @Override
    public void close() {
        try {
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.writeCharacters("\n");
            xml.flush();
        } catch (XMLStreamException e) {
            throw unwritable(e);
        }
        out.flush();
    }
}
