package dev.starttls.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.embedded.LibraryServers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed and is no report: a script that keeps it must not take half of it for the whole. */
class PrintedOutputTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int status(String why, String arguments) {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException(why);
            }
        };
        return Main.run(
                new CommandEnvironment(
                        InputStream.nullInputStream(),
                        StandardOutput.to(broken),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Terminal.ABSENT),
                new LibraryServers(),
                arguments.split(" ", -1));
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--list",
                "--help",
                "--schema",
                "--survey --schema",
                "--version",
                "--completion",
                "--explain UP-S-10",
                "client --list",
                "client --help",
                "client --schema",
                "client smtp --explain UP-C-01a",
            })
    void on_a_full_disk_is_status_74_and_to_a_reader_that_is_gone_141(String arguments) {
        assertThat(status("No space left on device", arguments)).isEqualTo(74);
        assertThat(err())
                .isEqualToNormalizingNewlines(
                        "conformance: cannot write to standard output: No space left on device\n");
        err.reset();
        assertThat(status("Broken pipe", arguments)).isEqualTo(141);
        assertThat(err()).isEmpty();
    }
}
