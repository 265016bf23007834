package dev.starttls.conformance.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a server sends may be long; a verdict is not. */
class VerdictTest {
    @Test
    void a_detail_of_any_length_is_cut_and_says_so() {
        String most = "x".repeat(Verdict.MAX_DETAIL);
        assertThat(Verdict.fail(most).detail()).isEqualTo(most);
        assertThat(Verdict.fail(most + "x").detail())
                .hasSize(Verdict.MAX_DETAIL)
                .startsWith("xxx")
                .endsWith("... (4001 characters in all)");
        assertThat(Verdict.fail("\ud83d\ude00".repeat(Verdict.MAX_DETAIL)).detail())
                .matches("(\ud83d\ude00)+\\Q... (8000 characters in all)\\E");
        assertThat(Verdict.pass("x").withDetail(most + most).detail()).hasSize(Verdict.MAX_DETAIL);
        assertThat(Verdict.allowed(most).isAllowed()).isTrue();
        assertThat(Verdict.allowed(most).detail()).hasSize(Verdict.MAX_DETAIL);
    }

    @Test
    void a_remark_is_kept_whole_after_a_detail_of_any_length() {
        String most = "x".repeat(Verdict.MAX_DETAIL);
        assertThat(Verdict.pass("closed").followedBy("; and then it died").detail())
                .isEqualTo("closed; and then it died");
        Verdict both = Verdict.fail(most).followedBy("; and then it died");
        assertThat(both.status()).isEqualTo(Status.FAIL);
        assertThat(both.detail())
                .hasSize(Verdict.MAX_DETAIL)
                .startsWith("xxx")
                .endsWith("... (4000 characters in all); and then it died");
        assertThat(Verdict.pass("closed").followedBy("; " + most + most).detail())
                .startsWith("closed; xxx")
                .hasSize("closed".length() + Verdict.MAX_DETAIL / 2);
    }
}
