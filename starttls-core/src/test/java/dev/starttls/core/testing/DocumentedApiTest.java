package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentedApiTest {

    @TempDir
    Path sources;

    @Test
    void the_public_api_is_documented() throws IOException {
        assertThat(DocumentedApi.missing(Path.of("src", "main", "java"))).isEmpty();
    }

    @Test
    void a_message_names_file_line_member_and_what_is_missing() throws IOException {
        assertThat(
                        ofType(
                                """
                        /** A. */
                        public class A {
                            /** Does it. */
                            public void run(String what, int... often) {}
                        }
                        """))
                .containsExactly(
                        sources.resolve("A.java") + ":5: A.run(String, int[]): missing @param what",
                        sources.resolve("A.java") + ":5: A.run(String, int[]): missing @param often");
    }

    @Test
    void each_public_or_protected_type_and_member_has_a_comment() throws IOException {
        assertThat(
                        missing(
                                """
                        public class A {
                            public static final int FIELD = 1;
                            public A() {}
                            protected void method() {}
                            protected static class Nested {
                                public int field;
                            }
                            public enum Kind { ONE }
                            public interface Type {
                                int CONSTANT = 1;
                                void method();
                                class Nested {}
                            }
                            public @interface Mark {}
                            void inner() {}
                            private int value;
                            static class Inner {
                                public int field;
                            }
                        }
                        """))
                .containsExactly(
                        "A: a comment",
                        "A.FIELD: a comment",
                        "A(): a comment",
                        "A.method(): a comment",
                        "A.Nested: a comment",
                        "A.Nested.field: a comment",
                        "A.Kind: a comment",
                        "A.Kind.ONE: a comment",
                        "A.Type: a comment",
                        "A.Type.CONSTANT: a comment",
                        "A.Type.method(): a comment",
                        "A.Type.Nested: a comment",
                        "A.Mark: a comment");
        assertThat(missing("class A { public void method() {} }")).isEmpty();
    }

    @Test
    void tags_alone_are_no_comment() throws IOException {
        assertThat(missing("/** @since 1 */ public class A {}")).containsExactly("A: a comment");
    }

    @Test
    void an_overriding_method_inherits_its_comment() throws IOException {
        assertThat(missing("/** A. */ public class A { @Override public String toString() { return null; } }"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/** M. */ public <T> void m() {}                      | A.m(): @param <T>",
                "/** M. @param <T> t */ public <T> void m() {}         | ",
                "/** M. */ public void m(int a) {}                     | A.m(int): @param a",
                "/** M. @param a any */ public void m(int a) {}        | ",
                "/** M. */ public int m() {}                           | A.m(): @return",
                "/** M. @return any */ public int m() {}               | ",
                "/** {@return any} */ public int m() {}                | ",
                "/** M. */ public void m() {}                          | ",
                "/** M. */ public void m() throws X {}                 | A.m(): @throws X",
                "/** M. @throws X if */ public void m() throws a.X {}  | ",
                "/** M. */ public A(int a) throws X {}                 | A(int): @param a; A(int): @throws X",
            })
    void parameters_results_and_exceptions_are_described(String member, String expected) throws IOException {
        String onLines = member.replace("M. @", "M.\n * @");
        assertThat(missing("/** A. */ public class A { " + onLines + " }"))
                .isEqualTo(expected == null ? List.of() : List.of(expected.split("; ")));
    }

    @Test
    void an_exception_that_is_derived_from_the_declared_one_describes_it() throws IOException {
        String type = "/** A. */ public class A { /** M.\n * @throws %s if\n */ public void m() throws X {} }";
        Files.writeString(sources.resolve("Z.java"), "class Z extends Y {} class Y extends a.b.X {}");
        assertThat(missing(type.formatted("Z"))).isEmpty();
        assertThat(missing(type.formatted("W"))).containsExactly("A.m(): @throws X");
    }

    @Test
    void components_are_described_at_the_record_and_not_again_at_its_constructors() throws IOException {
        assertThat(missing("/** A. */ public record A<T>(int a, int b) { static int c; }"))
                .containsExactly("A: @param <T>", "A: @param a", "A: @param b");
        assertThat(
                        missing(
                                """
                        /**
                         * A.
                         *
                         * @param a any
                         */
                        public record A(int a) {
                            /** Checks it. */
                            public A {}
                            /** With another. */
                            public A(int a, int c) {}
                        }
                        """))
                .containsExactly("A(int, int): @param c");
    }

    @Test
    void a_setter_needs_neither_its_only_parameter_nor_its_result() throws IOException {
        assertThat(
                        missing(
                                """
                        /**
                         * A.
                         *
                         * @param <S> itself
                         * @param <T> another
                         */
                        public abstract class A<S extends A<S, T>, T> {
                            /** Sets it. */
                            public S one(int a) {}
                            /** Sets it. */
                            public A<S, T> other(int a) {}
                            /** Sets both. */
                            public S two(int a, int b) {}
                            /** Makes one. */
                            public static A<?, ?> make(int a) {}
                            /** Returns another. */
                            public T another(int a) {}
                        }
                        """))
                .containsExactly(
                        "A.two(int, int): @param a",
                        "A.two(int, int): @param b",
                        "A.make(int): @param a",
                        "A.make(int): @return",
                        "A.another(int): @param a",
                        "A.another(int): @return");
    }

    @Test
    void packages_that_are_not_exported_have_comments_of_types_alone() throws IOException {
        Files.writeString(sources.resolve("module-info.java"), "/** M. */ module m { exports p; }");
        source("p", "public class P { public int field; }");
        source("q", "public class Q { public int field; public static class Nested {} }");
        assertThat(shortened(DocumentedApi.missing(sources)))
                .containsExactly("P: a comment", "P.field: a comment", "Q: a comment", "Q.Nested: a comment");
        assertThat(shortened(DocumentedApi.missing(sources, "q"))).contains("Q.field: a comment");
    }

    @Test
    void a_package_and_a_module_have_a_comment() throws IOException {
        Files.writeString(sources.resolve("module-info.java"), "module m {}");
        Files.writeString(sources.resolve("package-info.java"), "package p;");
        assertThat(shortened(DocumentedApi.missing(sources))).containsExactly("m: a comment", "p: a comment");
        Files.writeString(sources.resolve("module-info.java"), "/** M. */ module m {}");
        Files.writeString(sources.resolve("package-info.java"), "/** P. */ package p;");
        assertThat(DocumentedApi.missing(sources)).isEmpty();
    }

    @Test
    void a_folder_without_sources_is_refused() {
        assertThatThrownBy(() -> DocumentedApi.missing(sources))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sources.toString());
    }

    @Test
    void sources_that_cannot_be_parsed_are_refused() {
        assertThatThrownBy(() -> missing("public class A {"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("A.java");
    }

    private List<String> missing(String type) throws IOException {
        return shortened(ofType(type));
    }

    private List<String> ofType(String type) throws IOException {
        Files.writeString(sources.resolve("A.java"), "package p;\n" + type);
        return DocumentedApi.missing(sources, "p");
    }

    private void source(String packageName, String type) throws IOException {
        Path folder = Files.createDirectory(sources.resolve(packageName));
        Files.writeString(folder.resolve("Source.java"), "package " + packageName + ";\n" + type);
    }

    /** Without the file and line. */
    private static List<String> shortened(List<String> missing) {
        return missing.stream()
                .map(line -> line.substring(line.indexOf(": ") + 2).replace(": missing ", ": "))
                .toList();
    }
}
