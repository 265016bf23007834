package dev.starttls.smtp.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The response to a GET; {@code /} in these texts is CRLF. */
class HttpResponseReaderTest {

    private static final String OK = "HTTP/1.1 200 OK//";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK/Content-Type: text/plain; charset=utf-8/Content-Length: 9//a policy!and more",
                "HTTP/1.0 200 OK/content-type: Text\\plain/content-length: 9//a policy!",
                "HTTP/1.1 200 /Content-Type:text\\plain/Transfer-Encoding: chunked//1/a/008; a=b/ policy!/0//",
                "HTTP/1.1 200 OK/Content-Type: text\\plain/Transfer-Encoding: CHUNKED//9/a policy!/0/Trailer: x//more",
                "HTTP/1.1 103 Early Hints/Link: x/Content-Length: 5//HTTP/1.1 200/Content-Type: text\\plain/Content-Length: 9//a policy!",
                "HTTP/1.1 200 OK/Content-Type: text\\plain/Content-Encoding: identity/Content-Length: 9//a policy!"
            })
    void a_response_is_read_whatever_the_split(String text) throws Exception {
        byte[] octets = octets(text.replace("text/plain", "text\\plain").replace("HTTP/", "HTTP\\"));
        for (int split = 0; split <= octets.length; split++) {
            HttpResponseReader reader = new HttpResponseReader();
            boolean whole = reader.add(ByteBuffer.wrap(octets, 0, split));
            whole |= reader.add(ByteBuffer.wrap(octets, split, octets.length - split));
            assertThat(whole).as("split at %d", split).isTrue();
            assertThat(reader.fetched()).isEqualTo(new PolicyFetcher.Fetched("a policy!", Optional.of("text/plain")));
        }
        assertThat(octetByOctet(octets)).isEqualTo("a policy!");
    }

    @Test
    void a_body_without_a_length_goes_to_the_end_of_the_connection() throws Exception {
        HttpResponseReader reader = new HttpResponseReader();
        assertThat(reader.add(ByteBuffer.wrap(octets("HTTP\\1.1 200 OK//a policy!"))))
                .isFalse();
        reader.end();
        assertThat(reader.fetched()).isEqualTo(new PolicyFetcher.Fetched("a policy!", Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP\\1.1 200",
                "HTTP\\1.1 200 OK/Content-Length: 9/",
                "HTTP\\1.1 200 OK/Content-Length: 9//a policy",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//9/a policy",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//9/a policy!/0/",
                "HTTP\\1.1 100 Continue//"
            })
    void a_response_that_is_cut_is_no_policy(String text) throws Exception {
        HttpResponseReader reader = new HttpResponseReader();
        assertThat(reader.add(ByteBuffer.wrap(octets(text)))).isFalse();
        assertThatThrownBy(reader::end).isInstanceOfSatisfying(FetchException.class, e -> assertThat(e.failure())
                .isEqualTo(FetchFailure.INCOMPLETE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP\\1.1 301 Moved/Location: https:\\\\x.example// | REDIRECTED",
                "HTTP\\1.1 304 Not Modified// | REDIRECTED",
                "HTTP\\1.1 404 Not Found/Content-Length: 99999999// | STATUS",
                "HTTP\\1.1 500 Error// | STATUS",
                "HTTP\\1.1 204 No Content// | STATUS",
                "HTTP\\1.1 206 Partial// | STATUS",
                "HTTP\\1.1 101 Switching Protocols// | STATUS",
                "HTTP\\2 200 OK// | NOT_HTTP",
                "220 mx.example.org ESMTP/ | NOT_HTTP",
                "HTTP\\1.1 2000 OK// | NOT_HTTP",
                "HTTP\\1.1 2x0 OK// | NOT_HTTP",
                "HTTP\\1.1 200 O\u0000K// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length: 9/Content-Length: 9// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length: 9, 9// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length: -9// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length: +9// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length:// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length: 99999999999999999999// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length: 9/Transfer-Encoding: chunked// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: gzip, chunked// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked/Transfer-Encoding: chunked// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Encoding: gzip// | NOT_HTTP",
                "HTTP\\1.1 200 OK/X: a/ folded: b// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Content-Length : 9// | NOT_HTTP",
                "HTTP\\1.1 200 OK/: 9// | NOT_HTTP",
                "HTTP\\1.1 200 OK/nothing// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//g/ | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//-1/ | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//0x1/ | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//1/ab/0// | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//fffffffff/ | NOT_HTTP",
                "HTTP\\1.1 200 OK/Transfer-Encoding: chunked//ffffffff/ | TOO_LARGE",
                "HTTP\\1.1 200 OK/Content-Length: 65537// | TOO_LARGE"
            })
    void what_is_no_policy_is_refused_when_it_is_seen(String text, FetchFailure failure) {
        assertThatThrownBy(() -> new HttpResponseReader().add(ByteBuffer.wrap(octets(text))))
                .isInstanceOfSatisfying(FetchException.class, e -> {
                    assertThat(e.failure()).isEqualTo(failure);
                    assertThat(e)
                            .hasMessageContaining("Expected ")
                            .hasMessageContaining(" got ")
                            .message()
                            .matches("[ -~]+");
                });
    }

    @Test
    void a_policy_of_64_kib_is_read_and_one_octet_more_is_refused() throws Exception {
        String policy = "y".repeat(StsPolicy.MAX_OCTETS);
        assertThat(octetByOctet(octets("HTTP\\1.1 200 OK/Content-Length: 65536//" + policy)))
                .hasSize(65_536);
        assertThat(octetByOctet(octets("HTTP\\1.1 200 OK/Transfer-Encoding: chunked//8000/" + policy.substring(32_768)
                        + "/8000/" + policy.substring(32_768) + "/0//")))
                .hasSize(65_536);
        tooLarge("HTTP\\1.1 200 OK//" + policy + "y");
        tooLarge("HTTP\\1.1 200 OK/Transfer-Encoding: chunked//10000/" + policy + "/1/y/0//");
    }

    @Test
    void a_head_chunks_and_trailers_without_end_are_refused() {
        tooLarge("HTTP\\1.1 200 OK/X: " + "y".repeat(HttpResponseReader.MAX_HEAD));
        tooLarge("HTTP\\1.1 200 OK" + "/X: y".repeat(HttpResponseReader.MAX_HEAD / 5));
        tooLarge("HTTP\\1.1 102 Processing//".repeat(HttpResponseReader.MAX_HEAD / 20));
        tooLarge("HTTP\\1.1 200 OK/Transfer-Encoding: chunked/" + "/1/y".repeat(StsPolicy.MAX_OCTETS));
        tooLarge("HTTP\\1.1 200 OK/Transfer-Encoding: chunked//1;" + "y".repeat(HttpResponseReader.MAX_TOTAL));
        tooLarge("HTTP\\1.1 200 OK/Transfer-Encoding: chunked//0" + "/X: y".repeat(HttpResponseReader.MAX_HEAD / 5));
    }

    @Property(seed = "9112")
    void whatever_comes_is_the_same_in_one_piece_and_octet_by_octet(@ForAll("responses") String text) {
        byte[] octets = octets(text);
        String whole = outcome(octets, octets.length);
        assertThat(outcome(octets, 1)).isEqualTo(whole);
        assertThat(outcome(octets, 7)).isEqualTo(whole);
    }

    @Provide
    Arbitrary<String> responses() {
        return Arbitraries.of(
                        "HTTP\\1.1 200 OK/",
                        "/",
                        "Content-Length: 3/",
                        "Transfer-Encoding: chunked/",
                        "3/abc/",
                        "0/",
                        "abc",
                        "x",
                        ": ",
                        "X: y/",
                        "HTTP\\1.1 100 Continue//",
                        "\u0000",
                        "\n",
                        "\r",
                        "HTTP\\1.1 404/")
                .list()
                .ofMaxSize(9)
                .flatMap(parts -> Arbitraries.of("", OK.replace("HTTP/", "HTTP\\"), "HTTP\\1.1 200 OK/")
                        .map(start -> start + String.join("", parts)));
    }

    private static String outcome(byte[] octets, int piece) {
        HttpResponseReader reader = new HttpResponseReader();
        try {
            for (int at = 0; at < octets.length; at += piece) {
                if (reader.add(ByteBuffer.wrap(octets, at, Math.min(piece, octets.length - at)))) {
                    return reader.fetched().toString();
                }
            }
            reader.end();
            return reader.fetched().toString();
        } catch (FetchException e) {
            return e.failure() + " " + e.getMessage();
        }
    }

    private static void tooLarge(String text) {
        assertThatThrownBy(() -> octetByOctet(octets(text)))
                .isInstanceOfSatisfying(
                        FetchException.class, e -> assertThat(e.failure()).isEqualTo(FetchFailure.TOO_LARGE));
    }

    private static String octetByOctet(byte[] octets) throws FetchException {
        HttpResponseReader reader = new HttpResponseReader();
        for (byte octet : octets) {
            if (reader.add(ByteBuffer.wrap(new byte[] {octet}))) {
                return reader.fetched().text();
            }
        }
        throw new AssertionError("Expected a whole response, got its beginning");
    }

    private static byte[] octets(String text) {
        return text.replace("/", "\r\n").replace("\\", "/").getBytes(StandardCharsets.ISO_8859_1);
    }
}
