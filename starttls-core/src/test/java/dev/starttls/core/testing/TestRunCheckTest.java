package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.core.testing.TestRunCheck.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestRunCheckTest {

    private static final Selection ALL = new Selection(Optional.empty(), Optional.empty());
    private static final Selection PEERS = new Selection(Optional.of("peers"), Optional.empty());
    private static final Selection NO_PEERS = new Selection(Optional.empty(), Optional.of("peers"));

    @ParameterizedTest
    @ValueSource(classes = {Plain.class, Inheriting.class, Jqwik.class, Factory.class, Parameters.class})
    void a_concrete_class_with_tests_of_any_kind_is_expected(Class<?> type) {
        assertThat(ALL.expects(type)).isTrue();
        assertThat(NO_PEERS.expects(type)).isTrue();
        assertThat(PEERS.expects(type)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(classes = {Base.class, None.class, Defaults.class})
    void an_abstract_class_and_one_without_tests_are_not(Class<?> type) {
        assertThat(ALL.expects(type)).isFalse();
    }

    @Test
    void a_class_wholly_of_a_group_is_expected_in_the_run_of_that_group_alone() {
        assertThat(ALL.expects(Tagged.class)).isTrue();
        assertThat(PEERS.expects(Tagged.class)).isTrue();
        assertThat(NO_PEERS.expects(Tagged.class)).isFalse();
        assertThat(NO_PEERS.expects(Tagged.Inner.class)).isFalse();
        assertThat(PEERS.expects(Half.class)).isTrue();
        assertThat(NO_PEERS.expects(Half.class)).isTrue();
    }

    @Test
    void an_expression_of_tags_is_not_computed() {
        assertThat(ALL.computable()).isTrue();
        assertThat(PEERS.computable()).isTrue();
        assertThat(new Selection(Optional.of("peers & !slow"), Optional.empty()).computable())
                .isFalse();
        assertThat(new Selection(Optional.empty(), Optional.of("peers,slow")).computable())
                .isFalse();
    }

    @Test
    void a_class_counts_as_run_when_a_report_of_this_build_is_of_it_or_has_a_test_of_it(@TempDir Path reports)
            throws IOException {
        Instant begun = Instant.parse("2026-01-01T00:00:00Z");
        report(reports.resolve("TEST-a.Fresh.xml"), "a.Fresh$Nested[2]", begun.plusSeconds(1));
        report(reports.resolve("TEST-a.Stale.xml"), "a.Stale", begun.minusSeconds(1));
        Files.writeString(reports.resolve("TEST-a.Ended.xml"), "<testsuite name='a.Ended' tests='0'/>");
        assertThat(TestRunCheck.run(reports, begun)).containsExactly("a.Ended", "a.Fresh", "a.Fresh$Nested");
        assertThat(TestRunCheck.run(reports.resolve("none"), begun)).isEmpty();
        assertThat(TestRunCheck.missing(List.of(Plain.class, Jqwik.class), Set.of(Jqwik.class.getName())))
                .containsExactly(Plain.class.getName());
    }

    @Test
    void the_numbers_that_tests_print_are_summed(@TempDir Path reports) throws IOException {
        Instant begun = Instant.EPOCH;
        Files.writeString(
                reports.resolve("TEST-a.Some.xml"),
                "<testsuite><testcase name='x'><system-out><![CDATA[tries = 60   | # of calls\nsplits = 5\n]]>"
                        + "</system-out></testcase><testcase name='y'><system-out><![CDATA[splits = 7\n]]>"
                        + "</system-out></testcase></testsuite>");
        Files.writeString(
                reports.resolve("TEST-a.Other.xml"), "<testsuite>entries = 3, <![CDATA[\ntries = 40]]></testsuite>");
        assertThat(TestRunCheck.sum(reports, begun, "tries = ")).isEqualTo(100);
        assertThat(TestRunCheck.sum(reports, begun, WalkedSplits.LABEL)).isEqualTo(12);
    }

    private static void report(Path file, String type, Instant time) throws IOException {
        Files.writeString(file, "<testsuite><testcase name='x' classname='" + type + "'/></testsuite>");
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    @LaunchedByTest
    static class Plain {
        @Test
        void test() {}
    }

    @LaunchedByTest
    abstract static class Base {
        @Test
        void test() {}
    }

    @LaunchedByTest
    static class Inheriting extends Base {}

    interface Defaults {
        @Test
        default void test() {}
    }

    @LaunchedByTest
    static class Jqwik {
        @Property
        void property() {}
    }

    @LaunchedByTest
    static class Factory {
        @TestFactory
        List<org.junit.jupiter.api.DynamicNode> tests() {
            return List.of();
        }
    }

    @LaunchedByTest
    static class Parameters implements Defaults {
        @ParameterizedTest
        @ValueSource(ints = 1)
        void test(int value) {}
    }

    @LaunchedByTest
    static class None {
        void test() {}
    }

    @LaunchedByTest
    @Tag("peers")
    static class Tagged {
        @Test
        void test() {}

        @LaunchedByTest
        static class Inner {
            @Test
            void test() {}
        }
    }

    @LaunchedByTest
    static class Half {
        @Test
        void test() {}

        @Test
        @Tag("peers")
        void peer() {}
    }
}
