package dev.starttls.conformance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The rooms of the suite, and that imports only go down. */
class ConformanceLayersTest {
    /** From where they are, and not looked for in every jar of the tests. */
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());

    @Test
    void imports_only_go_down() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("kit")
                .definedBy("dev.starttls.conformance.junit..")
                .layer("command")
                .definedBy("dev.starttls.conformance")
                .layer("report")
                .definedBy("dev.starttls.conformance.report..")
                .layer("domains")
                .definedBy("dev.starttls.conformance.domain..")
                .layer("dns")
                .definedBy("dev.starttls.conformance.dns..")
                .layer("embedded")
                .definedBy("dev.starttls.conformance.embedded..")
                .layer("lab")
                .definedBy("dev.starttls.conformance.lab..")
                .layer("profile")
                .definedBy("dev.starttls.conformance.profile..")
                .layer("survey")
                .definedBy("dev.starttls.conformance.survey..")
                .layer("run")
                .definedBy("dev.starttls.conformance.run..")
                .layer("baseline")
                .definedBy("dev.starttls.conformance.baseline..")
                .layer("protocols")
                .definedBy(
                        "dev.starttls.conformance.smtp..",
                        "dev.starttls.conformance.imap..",
                        "dev.starttls.conformance.pop3..")
                .layer("upgrade")
                .definedBy("dev.starttls.conformance.upgrade..")
                .layer("tls")
                .definedBy("dev.starttls.conformance.tls")
                .layer("clients")
                .definedBy("dev.starttls.conformance.client..")
                .layer("octets")
                .definedBy(
                        "dev.starttls.conformance.tls.wire..",
                        "dev.starttls.conformance.tls.minimal..",
                        "dev.starttls.conformance.tls.certificate..")
                .layer("session")
                .definedBy("dev.starttls.conformance.session..")
                .layer("reach")
                .definedBy("dev.starttls.conformance.reach..")
                .layer("check")
                .definedBy("dev.starttls.conformance.check..")
                .layer("connection")
                .definedBy("dev.starttls.conformance.connection..")
                .layer("target")
                .definedBy("dev.starttls.conformance.target..")
                .whereLayer("kit")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("command")
                .mayOnlyBeAccessedByLayers("kit")
                .whereLayer("report")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("domains")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("dns")
                .mayOnlyBeAccessedByLayers("command", "lab")
                .whereLayer("lab")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("embedded")
                .mayOnlyBeAccessedByLayers("command", "lab")
                .whereLayer("baseline")
                .mayOnlyBeAccessedByLayers("kit", "command")
                .whereLayer("survey")
                .mayOnlyBeAccessedByLayers("command", "report")
                .whereLayer("run")
                .mayOnlyBeAccessedByLayers(
                        "clients", "kit", "command", "report", "domains", "profile", "baseline", "survey")
                .whereLayer("profile")
                .mayOnlyBeAccessedByLayers("kit", "command")
                .whereLayer("protocols")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("clients")
                .mayOnlyBeAccessedByLayers("kit", "command")
                .whereLayer("octets")
                .mayOnlyBeAccessedByLayers(
                        "clients", "command", "report", "domains", "survey", "protocols", "upgrade", "tls")
                .whereLayer("reach")
                .mayOnlyBeAccessedByLayers("clients", "command", "lab", "run", "survey")
                .whereLayer("upgrade")
                .mayOnlyBeAccessedByLayers("command", "protocols")
                .whereLayer("tls")
                .mayOnlyBeAccessedByLayers("command", "protocols", "upgrade")
                .whereLayer("session")
                .mayOnlyBeAccessedByLayers("protocols", "upgrade")
                .whereLayer("check")
                .mayOnlyBeAccessedByLayers(
                        "clients",
                        "kit",
                        "command",
                        "report",
                        "domains",
                        "profile",
                        "baseline",
                        "run",
                        "protocols",
                        "upgrade",
                        "tls",
                        "session")
                .whereLayer("connection")
                .mayOnlyBeAccessedByLayers(
                        "clients",
                        "kit",
                        "command",
                        "report",
                        "domains",
                        "profile",
                        "run",
                        "survey",
                        "reach",
                        "protocols",
                        "upgrade",
                        "tls",
                        "session",
                        "check")
                .check(CLASSES);
    }

    /** From the bottom: what the server does, what is judged, what runs it, and who is at the client. */
    @Test
    void the_packages_for_clients_have_no_circles() {
        slices().matching("dev.starttls.conformance.client.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.starttls.conformance.client.server..",
                        "dev.starttls.conformance.client.pki..",
                        "dev.starttls.conformance.client.subject..",
                        "dev.starttls.conformance.client.cases..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.starttls.conformance.client.run..", "dev.starttls.conformance.client.interactive..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.starttls.conformance.client.run..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.starttls.conformance.client.interactive..")
                .check(CLASSES);
    }

    @Test
    void the_octets_of_tls_know_nothing_of_checks_and_connections() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.starttls.conformance.tls.wire",
                        "dev.starttls.conformance.tls.minimal..",
                        "dev.starttls.conformance.tls.certificate")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.starttls.conformance.tls",
                        "dev.starttls.conformance.check..",
                        "dev.starttls.conformance.connection..",
                        "dev.starttls.conformance.target..")
                .check(CLASSES);
    }
}
