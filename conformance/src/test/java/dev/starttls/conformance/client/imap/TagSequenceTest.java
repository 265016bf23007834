package dev.starttls.conformance.client.imap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The prediction of the next tag from those that a client has used. */
class TagSequenceTest {
    private final TagSequence tags = new TagSequence();

    @Test
    void the_number_grows_and_keeps_its_form() {
        tags.used("A009");
        assertThat(tags.next(1)).contains("A010");
        tags.used("x9");
        assertThat(tags.next(2)).contains("x11");
    }

    @Test
    void tags_without_end_are_not_kept() {
        for (int i = 0; i < 100_000; i++) {
            tags.used("x".repeat(500) + i);
        }
        assertThat(tags.next(1)).contains("x".repeat(500) + 100_000);
        assertThat(tags.kept()).isEqualTo(1_000);
    }

    @Test
    void the_step_is_that_between_the_last_two() {
        tags.used("a2");
        tags.used("a4");
        assertThat(tags.next(1)).contains("a6");
    }

    @Test
    void a_tag_without_a_number_predicts_nothing() {
        tags.used("a1");
        tags.used("tag");
        assertThat(tags.next(1)).isEmpty();
    }

    @Test
    void tags_of_the_same_form_begin_with_the_one_given() {
        assertThat(TagSequence.from("KJ08", 3)).containsExactly("KJ08", "KJ09", "KJ10");
        assertThat(TagSequence.from("none", 3)).isEmpty();
    }
}
