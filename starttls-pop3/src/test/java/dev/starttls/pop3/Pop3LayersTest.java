package dev.starttls.pop3;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.starttls.pop3", importOptions = ImportOption.DoNotIncludeTests.class)
class Pop3LayersTest {

    private static final String ENTRY = "dev\\.starttls\\.pop3\\.Pop3(Client|Server|Connection)(\\$.*)?";

    @ArchTest
    static final ArchRule only_the_entry_classes_touch_the_channel_layer = noClasses()
            .that()
            .haveNameNotMatching(ENTRY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.starttls.core.nio..", "java.nio.channels..", "java.net.http..");

    @ArchTest
    static final ArchRule nothing_but_java_base_and_the_core = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.starttls..",
                    "java.lang..",
                    "java.util..",
                    "java.io..",
                    "java.net..",
                    "java.nio..",
                    "java.time..",
                    "javax.net..");

    @ArchTest
    static final ArchRule no_reflection_logging_or_threads = noClasses()
            .that()
            .haveNameNotMatching(ENTRY)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.lang.reflect..", "java.util.logging..", "java.util.concurrent..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.Thread");
}
