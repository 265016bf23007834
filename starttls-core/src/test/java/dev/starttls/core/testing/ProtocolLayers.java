package dev.starttls.core.testing;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the classes of a protocol's module may depend on. They are read once for all rules. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ProtocolLayers {

    /** What a handler promises, and what fails instead: a protocol asks whether it is kept, and neither runs nor waits. */
    private static final Class<?>[] PROMISES = {
        CompletionStage.class, CompletableFuture.class, CompletionException.class
    };

    private final JavaClasses module;
    private final String entry;

    /**
     * The rules of one module.
     *
     * @param protocol the last part of its package, for instance "smtp"
     * @param prefix with which its entry classes begin, for instance "Smtp"
     */
    protected ProtocolLayers(String protocol, String prefix) {
        // From where they are, and not looked for in every jar of the tests.
        module = new ClassFileImporter().importPath(main());
        entry = "dev\\.starttls\\." + protocol + "\\.(" + prefix
                + "(Client|Server|Connection|SocketFactory|Replies|Responses)|policy\\.Https(Client|PolicyFetcher))(\\$.*)?";
    }

    @Test
    void only_the_entry_classes_touch_the_channel_layer() {
        noClasses()
                .that()
                .haveNameNotMatching(entry)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.starttls.core.nio..", "java.nio.channels..", "java.net.http..")
                .check(module);
    }

    @Test
    void nothing_but_java_base_and_the_core() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.starttls..",
                        "java.lang..",
                        "java.util..",
                        "java.io..",
                        "java.net..",
                        "java.nio..",
                        "java.security..",
                        "java.time..",
                        "javax.net..",
                        "javax.security..")
                .check(module);
    }

    @Test
    void no_circle_has_more_than_two_classes() {
        assertThat(ClassCircles.ofMoreThanTwo(module)).isEmpty();
    }

    @Test
    void no_reflection_logging_or_threads() {
        noClasses()
                .that()
                .haveNameNotMatching(entry)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..", "java.util.logging..", "java.util.concurrent.locks..")
                .orShould()
                .dependOnClassesThat(resideInAPackage("java.util.concurrent").and(not(belongToAnyOf(PROMISES))))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .check(module);
    }

    @Test
    void android_14_has_all_that_it_refers_to() {
        assertThat(AndroidApi.undefined(module)).containsExactlyElementsOf(beyondAndroid());
    }

    /**
     * What no application on Android has a use for, so that it may refer to what Android 14 has not; docs/runtimes.md has why.
     *
     * @return as {@link AndroidApi#undefined} finds them
     */
    protected List<String> beyondAndroid() {
        return List.of();
    }

    @Test
    void nothing_is_found_by_name() {
        assertThat(ClosedWorld.openings(module)).isEmpty();
    }

    @Test
    void the_rules_see_the_classes() {
        assertThat(module).hasSizeGreaterThan(10);
    }

    /** The module's classes, beside those of its tests. */
    private Path main() {
        URI tests = URI.create(
                getClass().getProtectionDomain().getCodeSource().getLocation().toString());
        return Path.of(tests).resolveSibling("classes");
    }
}
