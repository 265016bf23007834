package dev.starttls.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import dev.starttls.core.upgrade.UpgradeConnection;
import java.lang.module.FindException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.Test;

class AndroidApiTest {

    @Test
    void android_14_has_all_that_the_core_refers_to() {
        // Android's compiler leaves out what is in the jar for newer versions of Java.
        JavaClasses core = new ClassFileImporter()
                .withImportOption(location -> !location.contains("META-INF"))
                .importLocations(List.of(Location.of(UpgradeConnection.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation())));
        assertThat(core).hasSizeGreaterThan(100);
        assertThat(AndroidApi.undefined(core)).isEmpty();
    }

    @Test
    void what_android_14_lacks_is_found() {
        assertThat(AndroidApi.undefined(new ClassFileImporter().importClasses(Newer.class)))
                .extracting(
                        reference -> reference.substring(Newer.class.getName().length()))
                .containsExactly(
                        " -> java.lang.CharSequence isEmpty()boolean",
                        " -> java.net.UnixDomainSocketAddress",
                        " -> java.nio.ByteBuffer get(int,[B)java.nio.ByteBuffer",
                        " -> javax.net.ssl.SSLEngineResult$HandshakeStatus NEED_UNWRAP_AGAIN"
                                + " javax.net.ssl.SSLEngineResult$HandshakeStatus");
    }

    @Test
    void a_type_that_is_only_caught_cast_to_or_the_element_of_an_array_is_found() {
        assertThat(AndroidApi.undefined(new ClassFileImporter()
                        .importClasses(Caught.class, Cast.class, Element.class, Parameter.class)))
                .extracting(reference ->
                        reference.substring(AndroidApiTest.class.getName().length() + 1))
                .containsExactly(
                        "Cast -> java.net.UnixDomainSocketAddress",
                        "Caught -> java.lang.module.FindException",
                        "Element -> java.net.UnixDomainSocketAddress",
                        "Parameter -> java.net.UnixDomainSocketAddress");
    }

    @Test
    void what_it_has_is_not() {
        assertThat(AndroidApi.undefined(new ClassFileImporter().importClasses(Old.class, Inheriting.class)))
                .isEmpty();
    }

    static final class Newer {

        final Predicate<StringBuilder> reference = StringBuilder::isEmpty;
        final HandshakeStatus constant = HandshakeStatus.NEED_UNWRAP_AGAIN;

        boolean type(SocketAddress address) {
            return address instanceof UnixDomainSocketAddress;
        }

        ByteBuffer call(ByteBuffer octets) {
            return octets.get(0, new byte[1]);
        }
    }

    static final class Caught {

        void caught(Runnable work) {
            try {
                work.run();
            } catch (FindException e) {
                return;
            }
        }
    }

    static final class Cast {

        boolean cast(Object from) {
            return ((UnixDomainSocketAddress) from) == null;
        }
    }

    static final class Element {

        Object array() {
            return new UnixDomainSocketAddress[1];
        }
    }

    static final class Parameter {

        final Consumer<UnixDomainSocketAddress> lambda = address -> {};
    }

    static final class Old {

        /** The first is narrowed since Java 9, and on Android since API level 28; the second is as new as Android 14. */
        ByteBuffer narrowed(ByteBuffer octets) {
            return octets.flip().slice(0, 1);
        }

        int ofObject(List<Thread> threads, TimeUnit unit) {
            return threads.hashCode() + unit.hashCode() + new int[0].clone().length;
        }

        void setLength(StringBuilder text) {
            text.setLength(0);
        }
    }

    @SuppressWarnings("serial")
    static final class Inheriting extends ArrayList<String> {

        boolean inherited() {
            return containsAll(List.of()) && isEmpty();
        }
    }
}
