package dev.starttls.conformance.junit;

import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.target.Protocol;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test, or each test of a class, a mail server for its client, as a parameter of type {@link TestMailServer}. The
 * server is well-behaved, or hostile as a case of the suite has it, and is closed after the test.
 *
 * <pre>{@code
 * @Test
 * @StartTlsServer("UP-C-01a")
 * void sends_nothing_where_the_upgrade_is_not_offered(TestMailServer server) {
 *     assertThrows(IOException.class, () -> MyClient.send(server.host(), server.port(), server.trust()));
 *     assertEquals(List.of("EHLO client.example.org"), server.plaintext());
 *     server.assertPasses();
 * }
 * }</pre>
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(StartTlsServerExtension.class)
public @interface StartTlsServer {
    /** Stands for a well-behaved server where an id is expected. */
    String BENIGN = "benign";

    /** {@return the id of the case, {@code "UP-C-04a"}; a well-behaved server unless set} */
    String value() default BENIGN;

    /** {@return what it speaks} */
    Protocol protocol() default Protocol.SMTP;

    /** {@return how the client is configured, which decides whether the server begins with TLS and what the verdict allows} */
    ClientPolicy policy() default ClientPolicy.REQUIRED;

    /** {@return the name that the certificate is for, which has to resolve to the loopback address} */
    String host() default "localhost";
}
