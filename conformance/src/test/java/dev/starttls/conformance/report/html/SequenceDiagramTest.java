package dev.starttls.conformance.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.connection.Transcript.Entry;
import dev.starttls.conformance.connection.Transcript.From;
import dev.starttls.conformance.connection.Transcript.Through;
import dev.starttls.conformance.report.html.SequenceDiagram.Row;
import dev.starttls.conformance.report.html.SequenceDiagram.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequenceDiagramTest {
    private final List<Entry> dialogue = new ArrayList<>();

    private SequenceDiagramTest said(From from, Through through, String text) {
        dialogue.add(new Entry(0, 1, from, through, text));
        return this;
    }

    private SequenceDiagram drawn() {
        return SequenceDiagram.of(dialogue).orElseThrow();
    }

    @Test
    void the_boundary_is_after_the_go_ahead_and_before_the_handshake() {
        SequenceDiagram diagram = said(From.CLIENT, Through.PLAINTEXT, "STARTTLS")
                .said(From.SERVER, Through.PLAINTEXT, "220 go ahead")
                .said(From.SUITE, Through.TLS, "TLS handshake begins")
                .said(From.CLIENT, Through.TLS, "EHLO me")
                .drawn();
        int boundary = diagram.tls().orElseThrow().y();
        assertThat(diagram.clear().orElseThrow().y()
                        + diagram.clear().orElseThrow().height())
                .isEqualTo(boundary);
        assertThat(diagram.rows().get(1).y()).isLessThan(boundary);
        assertThat(diagram.rows().get(2).y()).isGreaterThan(boundary);
    }

    @Test
    void without_tls_there_is_no_boundary() {
        assertThat(said(From.SERVER, Through.PLAINTEXT, "554 no").drawn().tls()).isEmpty();
    }

    @Test
    void implicit_tls_has_nothing_in_the_clear() {
        SequenceDiagram diagram = said(From.SUITE, Through.TLS, "TLS handshake begins")
                .said(From.SERVER, Through.TLS, "220 hello")
                .drawn();
        assertThat(diagram.clear()).isEmpty();
        assertThat(diagram.tls()).isPresent();
    }

    @Test
    void lines_said_in_one_go_share_an_arrow() {
        SequenceDiagram diagram = said(From.SERVER, Through.PLAINTEXT, "250-one")
                .said(From.SERVER, Through.PLAINTEXT, "250 two")
                .said(From.CLIENT, Through.PLAINTEXT, "NOOP")
                .drawn();
        assertThat(diagram.rows()).extracting(Row::key).containsExactly("server", "client");
        assertThat(diagram.rows().get(0).texts()).extracting(Text::wide).containsExactly("250-one", "250 two");
    }

    @Test
    void rows_go_down_and_stay_within_the_drawing() {
        for (int i = 0; i < 200; i++) {
            said(i % 2 == 0 ? From.CLIENT : From.SERVER, i < 20 ? Through.PLAINTEXT : Through.TLS, "x".repeat(i));
        }
        SequenceDiagram diagram = drawn();
        assertThat(diagram.rows()).hasSizeLessThan(70).extracting(Row::y).isSorted();
        assertThat(diagram.rows().get(diagram.rows().size() - 1).y()).isLessThan(diagram.height());
    }

    @Test
    void a_long_reply_is_cut_and_says_so() {
        Collections.nCopies(100, "250-more").forEach(line -> said(From.SERVER, Through.PLAINTEXT, line));
        List<Text> texts = drawn().rows().get(0).texts();
        assertThat(texts).hasSizeLessThan(20);
        assertThat(texts.get(texts.size() - 1).wide()).isEqualTo("... and 86 more lines");
    }

    @Test
    void only_the_session_itself_is_drawn() {
        dialogue.add(new Entry(0, 2, From.SERVER, Through.PLAINTEXT, "220 another connection"));
        assertThat(SequenceDiagram.of(dialogue)).isEmpty();
    }
}
