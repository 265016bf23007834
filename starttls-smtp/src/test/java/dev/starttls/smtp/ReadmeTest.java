package dev.starttls.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The first example of the README is compiled here, word for word. */
class ReadmeTest {

    // The indentation of the README, so that the text can be compared.
    @SuppressWarnings({"unused", "CheckReturnValue"})
    private static void firstExample(String host) throws Exception {
        try (SmtpConnection mail = SmtpClient.to(host, 587)
                .policy(dev.starttls.core.upgrade.TlsPolicy.REQUIRED)
                .connect()) {
            mail.capabilities();
            mail.channel();
            mail.report();
        }
    }

    @Test
    void the_first_example_is_that_of_the_readme() throws Exception {
        String readme = Files.readString(Path.of("..", "README.md"));
        assertThat(readme)
                .contains("try (SmtpConnection mail = SmtpClient.to(\"mail.example.org\", 587)"
                        + ".policy(TlsPolicy.REQUIRED).connect()) {")
                .contains("    mail.capabilities();")
                .contains("    mail.channel();")
                .contains("    mail.report();");
    }
}
