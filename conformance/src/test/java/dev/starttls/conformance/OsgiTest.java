package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.core.upgrade.TlsPolicy;
import dev.starttls.imap.ImapClient;
import dev.starttls.pop3.Pop3Client;
import dev.starttls.smtp.SmtpClient;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** The libraries as bundles of a framework that others wrote, Felix. */
class OsgiTest {

    private static final List<Class<?>> LIBRARIES =
            List.of(TlsPolicy.class, SmtpClient.class, ImapClient.class, Pop3Client.class);

    @TempDir
    private Path folder;

    private Framework framework;

    @BeforeEach
    void start() throws BundleException {
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE, folder.resolve("felix").toString()));
        framework.start();
    }

    @AfterEach
    void stop() throws BundleException {
        framework.stop();
    }

    @Test
    void the_libraries_resolve_and_start_with_nothing_but_each_other() throws Exception {
        for (Bundle bundle : installed()) {
            bundle.start();
            assertThat(bundle.getState()).as(bundle.toString()).isEqualTo(Bundle.ACTIVE);
        }
    }

    @Test
    void a_protocol_does_not_resolve_without_the_core() throws Exception {
        Bundle smtp = install(SmtpClient.class);
        assertThatThrownBy(smtp::start).isInstanceOf(BundleException.class).hasMessageContaining("dev.starttls.core");
    }

    @Test
    void a_client_is_built_from_classes_of_two_bundles() throws Exception {
        Bundle smtp = installed().get(1);
        smtp.start();
        Class<?> client = smtp.loadClass(SmtpClient.class.getName());
        assertThat(client).isNotSameAs(SmtpClient.class);
        Object made = client.getMethod("to", String.class, int.class).invoke(null, "mail.example.org", 587);
        Class<?> policy = smtp.loadClass(TlsPolicy.class.getName());
        assertThat(policy.getClassLoader()).isNotSameAs(client.getClassLoader());
        assertThat(client.getMethod("policy", policy).invoke(made, policy.getEnumConstants()[0]))
                .isSameAs(made);
    }

    @Test
    void what_the_core_does_not_export_is_out_of_reach() throws Exception {
        Bundle smtp = installed().get(1);
        smtp.start();
        assertThatThrownBy(() -> smtp.loadClass("dev.starttls.core.engine.TlsPump"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void a_bundle_exports_what_its_module_does_and_imports_nothing_but_java_and_the_core() throws Exception {
        for (Class<?> library : LIBRARIES) {
            Map<String, String> headers = headers(library);
            assertThat(packages(headers.get("Export-Package"))).containsExactlyInAnyOrderElementsOf(exports(library));
            assertThat(packages(headers.get("Import-Package")))
                    .isNotEmpty()
                    .allMatch(name -> name.startsWith("javax.") || name.startsWith("dev.starttls.core."));
            assertThat(headers).containsEntry("Bundle-SymbolicName", module(library));
        }
    }

    private List<Bundle> installed() throws Exception {
        var bundles = new ArrayList<Bundle>();
        for (Class<?> library : LIBRARIES) {
            bundles.add(install(library));
        }
        return bundles;
    }

    private Bundle install(Class<?> library) throws Exception {
        Path from = location(library);
        Path jar = Files.isDirectory(from) ? packed(from, folder.resolve(module(library) + ".jar")) : from;
        return framework.getBundleContext().installBundle(jar.toUri().toString());
    }

    private static Path location(Class<?> library) throws URISyntaxException {
        return Path.of(
                library.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Path packed(Path classes, Path jar) throws IOException {
        Manifest manifest;
        try (InputStream in = Files.newInputStream(classes.resolve("META-INF/MANIFEST.MF"))) {
            manifest = new Manifest(in);
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(file).toString().replace('\\', '/');
                if (!name.equals("META-INF/MANIFEST.MF")) {
                    out.putNextEntry(new ZipEntry(name));
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }

    private Map<String, String> headers(Class<?> library) throws Exception {
        var headers = new HashMap<String, String>();
        Bundle bundle = install(library);
        for (String name : Collections.list(bundle.getHeaders().keys())) {
            headers.put(name, bundle.getHeaders().get(name));
        }
        return headers;
    }

    /** The names alone of a header of packages. */
    private static List<String> packages(String header) {
        return Stream.of(header.replaceAll("\"[^\"]*\"", "").split(","))
                .map(each -> each.replaceAll(";.*", "").strip())
                .toList();
    }

    private static List<String> exports(Class<?> library) throws URISyntaxException {
        return descriptor(library).exports().stream()
                .map(ModuleDescriptor.Exports::source)
                .toList();
    }

    private static String module(Class<?> library) throws URISyntaxException {
        return descriptor(library).name();
    }

    private static ModuleDescriptor descriptor(Class<?> library) throws URISyntaxException {
        return ModuleFinder.of(location(library)).findAll().iterator().next().descriptor();
    }
}
