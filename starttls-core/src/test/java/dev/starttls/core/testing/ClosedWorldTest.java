package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import dev.starttls.core.upgrade.UpgradeConnection;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosedWorldTest {

    private static final String SETTINGS = "dev.starttls.core.nio.SocketFactorySettings -> java.lang.ClassLoader ";

    @Test
    void the_core_finds_nothing_by_name_but_the_resource_that_a_property_names() {
        JavaClasses core = new ClassFileImporter()
                .importLocations(List.of(Location.of(UpgradeConnection.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation())));
        assertThat(core).hasSizeGreaterThan(100);
        assertThat(ClosedWorld.openings(core))
                .containsExactly(SETTINGS + "getResourceAsStream", SETTINGS + "getSystemResourceAsStream");
    }

    @Test
    void what_is_found_by_name_is_found() {
        assertThat(ClosedWorld.openings(new ClassFileImporter().importClasses(Open.class)))
                .extracting(opening -> opening.substring(Open.class.getName().length()))
                .containsExactly(
                        " -> java.lang.Class forName",
                        " -> java.lang.Class getDeclaredMethod",
                        " -> java.lang.Class getResourceAsStream",
                        " -> java.lang.ModuleLayer findLoader",
                        " -> java.lang.invoke.MethodHandleProxies asInterfaceInstance",
                        " -> java.lang.reflect.Method invoke",
                        " -> java.net.URLClassLoader getResource",
                        " -> java.net.URLClassLoader loadClass",
                        " -> java.security.Provider$Service newInstance");
    }

    static final class Open {

        Object call(String type) throws Exception {
            Method method = Class.forName(type).getDeclaredMethod("get");
            return method.invoke(type);
        }

        InputStream resource() {
            return Open.class.getResourceAsStream("name");
        }

        Class<?> inherited(URLClassLoader loader) throws ClassNotFoundException {
            return loader.loadClass(loader.getResource("name").getFile());
        }

        ClassLoader layer(ModuleLayer layer) {
            return layer.findLoader("name");
        }

        Object service(Provider.Service service) throws NoSuchAlgorithmException {
            return service.newInstance(null);
        }

        Runnable proxy(MethodHandle handle) {
            return MethodHandleProxies.asInterfaceInstance(Runnable.class, handle);
        }
    }
}
