package dev.starttls.conformance;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rooms of the suite, and that imports only go down. */
class FloorsTest {
    @Test
    void imports_only_go_down() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.starttls.conformance");
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("command")
                .definedBy("dev.starttls.conformance")
                .layer("report")
                .definedBy("dev.starttls.conformance.report..")
                .layer("run")
                .definedBy("dev.starttls.conformance.run..")
                .layer("protocols")
                .definedBy("dev.starttls.conformance.smtp..")
                .layer("check")
                .definedBy("dev.starttls.conformance.check..")
                .layer("speak")
                .definedBy("dev.starttls.conformance.speak..")
                .layer("target")
                .definedBy("dev.starttls.conformance.target..")
                .whereLayer("command")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("report")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("run")
                .mayOnlyBeAccessedByLayers("command", "report")
                .whereLayer("protocols")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("check")
                .mayOnlyBeAccessedByLayers("command", "report", "run", "protocols")
                .whereLayer("speak")
                .mayOnlyBeAccessedByLayers("command", "report", "run", "protocols", "check")
                .check(classes);
    }
}
