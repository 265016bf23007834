package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** The reader of reports, whatever is sent: it reads what can be written and read again, or refuses it by its one exception. */
class TlsReportReaderFuzz {

    @FuzzTest
    void report(byte[] input) throws Exception {
        TlsReport report;
        try {
            report = TlsReportReader.read(input);
        } catch (TlsReportException expected) {
            assertThat(expected.getMessage()).startsWith("Expected ");
            return;
        }
        TlsReport again = TlsReportReader.read(report.json().getBytes(StandardCharsets.UTF_8));
        assertThat(again.sessions()).isEqualTo(report.sessions());
        assertThat(again.id()).isEqualTo(report.id());
    }
}
