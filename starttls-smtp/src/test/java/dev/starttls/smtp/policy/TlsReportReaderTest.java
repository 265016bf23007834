package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is received may be anything. */
class TlsReportReaderTest {

    private static final String MINIMAL =
            """
            {"date-range":{"start-datetime":"2016-04-01T00:00:00Z","end-datetime":"2016-04-01T23:59:59Z"},
             "policies":[{"policy":{"policy-type":"tlsa","policy-domain":"mx.example.org"},
              "summary":{"total-successful-session-count":1,"total-failure-session-count":0}}]}""";

    @Test
    void what_is_not_in_every_report_may_be_missed() throws Exception {
        TlsReport report = read(MINIMAL);
        assertThat(report.organization() + report.contact() + report.id()).isEmpty();
        assertThat(report.sessions().get(0).policy())
                .isEqualTo(new ReportedPolicy(ReportedPolicy.Type.TLSA, "mx.example.org", List.of(), List.of()));
        assertThat(report.sessions().get(0).failures()).isEmpty();
    }

    @Test
    void members_that_are_not_known_are_skipped() throws Exception {
        assertThat(read(MINIMAL.replaceFirst("\\{", "{\"x\":{\"y\":[1.5e-3,true,null]},")))
                .isEqualTo(read(MINIMAL));
    }

    @Test
    void one_text_is_a_list_of_one_and_null_is_nothing() throws Exception {
        TlsReport report = read(MINIMAL.replace(
                "\"policy-type\"", "\"mx-host\":\"mx.example.org\",\"policy-string\":null,\"policy-type\""));
        assertThat(report.sessions().get(0).policy().mxHosts()).containsExactly("mx.example.org");
        assertThat(report.sessions().get(0).policy().strings()).isEmpty();
    }

    @Test
    void empty_fields_of_a_failure_are_not_known() throws Exception {
        TlsReport report = read(MINIMAL.replace(
                "\"summary\"",
                "\"failure-details\":[{\"result-type\":\"sts-policy-fetch-error\",\"sending-mta-ip\":\"\","
                        + "\"receiving-mx-hostname\":\"\",\"receiving-ip\":\"\",\"additional-information\":\"\","
                        + "\"failed-session-count\":1}],\"summary\""));
        assertThat(report.sessions().get(0).failures())
                .containsExactly(ReportedFailure.of(TlsResultType.STS_POLICY_FETCH_ERROR));
    }

    @Test
    void a_result_type_that_is_not_known_is_kept() throws Exception {
        TlsReport report = read(MINIMAL.replace(
                "\"summary\"",
                "\"failure-details\":[{\"result-type\":\"quantum-failure\",\"failed-session-count\":7}],\"summary\""));
        assertThat(report.sessions().get(0).failures().get(0).type()).isEmpty();
        assertThat(read(report.json())).isEqualTo(report);
    }

    @ParameterizedTest
    @CsvSource({
        "2016-04-01T02:00:00+02:00, 2016-04-01T00:00:00Z",
        "2016-04-01T00:00:00, 2016-04-01T00:00:00Z",
        "2016-04-01T00:00:00.5Z, 2016-04-01T00:00:00.500Z"
    })
    void times_have_a_zone_or_are_of_utc(String time, String instant) throws Exception {
        assertThat(read(MINIMAL.replace("2016-04-01T00:00:00Z", time)).begin()).isEqualTo(Instant.parse(instant));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "| got the end",
                "[] | an object for a report, got an array",
                "{} | the member date-range",
                "{\"date-range\":1} | an object for date-range, got a number",
                "{\"a\":1,\"a\":2} | each name once",
                "{\"a\":1}x | the end after the value",
                "{\"a\":01} | no digit after a zero",
                "{\"a\":1.} | a digit after '.'",
                "{\"a\":-} | a digit after '-'",
                "{\"a\":1e} | a digit in the exponent",
                "{\"a\":NaN} | a value",
                "{\"a\":nul} | true, false or null",
                "{\"a\" 1} | ':' after a name",
                "{'a':1} | a text in quotes",
                "{\"a\":1,} | a text in quotes",
                "[1,] | a value",
                "[1 2] | ',' or ']'",
                "{\"a\":1 \"b\":2} | ',' or '}'",
                "{\"a\":\"\\x\"} | one of",
                "{\"a\":\"\\u12g4\"} | four hexadecimal digits",
                "{\"a\":\"\\ud800\"} | both halves",
                "{\"a\":\"b | '\"' at the end of a text"
            })
    void what_is_no_report_is_refused_with_what_was_expected(String text, String expected) {
        assertThatThrownBy(() -> read(text == null ? "" : text))
                .isInstanceOf(TlsReportException.class)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"tlsa\" | \"dns\" | tlsa, sts or no-policy-found",
                "count\":1 | count\":-1 | a number of 0 to",
                "count\":1 | count\":1.0 | a number of 0 to",
                "count\":1 | count\":9007199254740992 | a number of 0 to",
                "count\":1 | count\":\"1\" | a number of 0 to",
                "2016-04-01T23:59:59Z | yesterday | a time such as",
                "2016-04-01T23:59:59Z | 2015-04-01T23:59:59Z | in its order",
                "2016-04-01T23:59:59Z | +999999999-12-31T23:59:59Z | in its order",
                "\"mx.example.org\" | \"\" | a text for policy-domain, got an empty one",
                "\"mx.example.org\" | 5 | a text for policy-domain, got a number"
            })
    void a_value_out_of_its_bounds_is_refused(String good, String bad, String expected) {
        String text = MINIMAL.replace(good, bad);
        assertThat(text).isNotEqualTo(MINIMAL);
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(TlsReportException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void levels_are_bounded() throws Exception {
        int fit = JsonParser.MAX_DEPTH - 1;
        assertThat(read(MINIMAL.replaceFirst("\\{", "{\"x\":" + "[".repeat(fit) + "]".repeat(fit) + ",")))
                .isEqualTo(read(MINIMAL));
        assertThatThrownBy(() -> read("[".repeat(1_000_000)))
                .isInstanceOf(TlsReportException.class)
                .hasMessageContaining("levels");
    }

    @Test
    void values_are_bounded() {
        assertThatThrownBy(() -> read("[" + "0,".repeat(JsonParser.MAX_VALUES) + "0]"))
                .isInstanceOf(TlsReportException.class)
                .hasMessageContaining("values");
    }

    @Test
    void a_stream_without_end_is_read_no_further_than_the_bound() {
        Endless endless = new Endless();
        assertThatThrownBy(() -> TlsReportReader.read(endless))
                .isInstanceOf(TlsReportException.class)
                .hasMessageContaining("octets of a report, got more");
        assertThat(endless.given).isLessThan(2L * TlsReportReader.MAX_OCTETS);
    }

    private static final class Endless extends InputStream {
        private long given;

        @Override
        public int read() {
            given++;
            return ' ';
        }

        @Override
        public int read(byte[] octets, int offset, int length) {
            Arrays.fill(octets, offset, offset + length, (byte) ' ');
            given += length;
            return length;
        }
    }

    @Test
    void expansion_is_bounded() throws Exception {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bomb)) {
            byte[] spaces = new byte[65_536];
            Arrays.fill(spaces, (byte) ' ');
            for (int i = 0; i < 1_000; i++) {
                gzip.write(spaces);
            }
        }
        assertThat(bomb.size()).isLessThan(200_000);
        assertThatThrownBy(() -> TlsReportReader.read(bomb.toByteArray()))
                .isInstanceOf(TlsReportException.class)
                .hasMessageContaining("expanded, got more");
    }

    @Test
    void a_compressed_report_that_is_cut_anywhere_is_refused() throws Exception {
        byte[] whole = TlsReportTest.appendixB().gzip();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> TlsReportReader.read(cut)).isInstanceOf(TlsReportException.class);
        }
    }

    @Test
    void a_report_that_is_cut_anywhere_is_refused() {
        String whole = TlsReportTest.APPENDIX_B.strip();
        for (int length = 0; length < whole.length(); length++) {
            String cut = whole.substring(0, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(TlsReportException.class);
        }
    }

    @Test
    void octets_that_are_not_utf_8_are_refused_and_a_byte_order_mark_is_skipped() throws Exception {
        assertThatThrownBy(() -> TlsReportReader.read(new byte[] {'{', '"', (byte) 0xff, '"', '}'}))
                .isInstanceOf(TlsReportException.class)
                .hasMessageContaining("UTF-8");
        assertThat(read("\ufeff" + MINIMAL)).isEqualTo(read(MINIMAL));
    }

    /** Octets of a report changed at random: read, or refused by the one exception. */
    @ParameterizedTest
    @ValueSource(longs = {8460, 8461, 8462})
    void octets_changed_at_random_are_read_or_refused(long seed) {
        Random random = new Random(seed);
        byte[] whole = TlsReportTest.APPENDIX_B.getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] changed = whole.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            try {
                TlsReport report = TlsReportReader.read(changed);
                assertThat(TlsReportReader.read(report.json().getBytes(StandardCharsets.UTF_8)))
                        .isEqualTo(report);
            } catch (TlsReportException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 2_999);
    }

    @Test
    void what_the_stream_throws_is_thrown() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }

            @Override
            public int read(byte[] octets, int offset, int length) throws IOException {
                return read();
            }
        };
        assertThatThrownBy(() -> TlsReportReader.read(broken)).hasMessage("gone");
    }

    private static TlsReport read(String json) throws TlsReportException {
        return TlsReportReader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
