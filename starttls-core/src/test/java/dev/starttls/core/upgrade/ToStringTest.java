package dev.starttls.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a log or a debugger shows of the public values of this package: one line that says something, and no secret. */
class ToStringTest {

    @Test
    void every_public_class_has_a_string_of_its_own() {
        List<JavaClass> classes = new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.starttls.core.upgrade")
                        .stream()
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(type -> !type.isInterface() && !type.isAnonymousClass())
                        .toList();
        assertThat(classes).hasSizeGreaterThan(20).allSatisfy(type -> assertThat(
                        type.reflect().getMethod("toString").getDeclaringClass())
                .as(type.getName())
                .isNotEqualTo(Object.class));
    }

    @Test
    void a_connection_shows_where_it_is_and_what_it_needs() throws IOException {
        UpgradeConnection connection = Connections.client(TlsPolicy.REQUIRED);
        assertThat(connection.toString())
                .startsWith("UpgradeConnection[")
                .contains("CLIENT with ", "PLAINTEXT", "phase GREETING", "wants NOTHING")
                .doesNotContain("\n");
        connection.begin(0);
        assertThat(connection.toString()).contains("wants READ");
        assertThatThrownBy(() -> connection.receive(Connections.octets("no greeting\r\n"), Connections.NOTHING))
                .isInstanceOf(UpgradeException.class);
        assertThat(connection.toString()).contains("FAILED", "failed: PROTOCOL_VIOLATION");
    }

    @Test
    void settings_show_what_was_set_and_no_context() {
        assertThat(UpgradeSettings.of(TlsPolicy.OPPORTUNISTIC).toString())
                .startsWith("UpgradeSettings[policy=OPPORTUNISTIC, verification=NONE, limits=UpgradeLimits[")
                .contains("listener=none")
                .doesNotContain("@", "\n");
    }
}
