package dev.starttls.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchmarksCommandTest {

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "short --scale 0 | a number above 0, at most 1,000 but was '0'",
                "long --scale NaN | a number above 0, at most 1,000 but was 'NaN'",
                "long --scale 1e9 | a number above 0, at most 1,000 but was '1e9'",
                "long --scale x | a number above 0, at most 1,000 but was 'x'",
                "long --only PEARS | one of [PEERS, UPGRADES, COLD, KEYS] (case-insensitive) but was 'PEARS'",
                "long --results FILE | a folder that can be written to or created, but was",
                "report --results FILE/below | a folder that can be written to or created, but was",
                "report --results NONE | Expected a folder of results at",
                "guard --rounds 0 | a whole number from 1 to 1,000,000 but was '0'",
                "cost middle | one of [SHORT, LONG] (case-insensitive) but was 'middle'",
                "cost short --only HEAPS | one of [MEMORY, BULK, HEAP, SERVER, SCALE] (case-insensitive) but was 'HEAPS'",
                "cost short --results FILE | a folder that can be written to or created, but was",
                "soak --upgrades 0 | from 1 to 1,000,000,000,000 but was '0'",
                "soak --concurrency 0 | from 1 to 10,000 but was '0'",
                "soak --every -1 | from 1 to 1,000,000,000,000 but was '-1'",
                "soak --full-every 0 | from 1 to 1,000,000 but was '0'",
                "soak --sessions 0 | from 1 to 1,000,000 but was '0'",
                "flood --attackers 1,0 | from 1 to 10,000 but was '0'",
                "flood --seconds 0 | from 1 to 1,000,000 but was '0'",
                "flood --only SYN | expected one of [",
                "flood --attackers-on all | processors in the format of taskset -c, for instance 1 or 0,2-3, but was"
                        + " 'all'",
                "flood --results FILE | a folder that can be written to or created, but was",
                "servers --scale 0 | a number above 0, at most 1,000 but was '0'",
                "servers --links -1 | from 0 to 1,000 but was '-1'",
                "servers --links 0,x | from 0 to 1,000 but was 'x'",
                "servers --versions TLSv1.4 | one of [TLSv1.3, TLSv1.2] (case-insensitive) but was 'TLSv1.4'",
                "servers --only SENDMAIL | one of [POSTFIX, EXIM, DOVECOT] (case-insensitive) but was 'SENDMAIL'",
                "servers --results FILE | a folder that can be written to or created, but was",
                "servers --ca NONE postfix=25 | a file that can be read but was",
                "servers --ca FILE postfix=25 | a certificate as PEM with a key of [EC, RSA], got:",
                "servers --ca FILE postfix=70000 | from 1 to 65,535 but was '70000'",
                "servers --ca FILE =25 | the name of a server but was ''",
                "servers --ca FILE | --ca is for named servers, but there is no NAME=PORT",
                "servers --ca FILE postfix=x | from 1 to 65,535 but was 'x'",
                "servers --ca FILE postfix | Expected NAME=PORT, got 'postfix'",
                "servers postfix=25 | Expected --ca FILE with the certificate of the named servers",
                "suite --ca NONE localhost:25 | a file that can be read but was",
                "suite --ca FILE localhost | expected HOST:PORT but was 'localhost'",
                "suite --ca FILE localhost:0 | from 1 to 65,535 but was '0'",
                "suite --ca FILE --targets 0 localhost:25 | from 1 to 1,000,000 but was '0'",
                "suite --ca FILE --limit 0 localhost:25 | from 1 to 1,000,000 but was '0'",
                "suite --ca FILE --jar NONE localhost:25 | Expected the suite in",
                "suite --ca FILE --results FILE localhost:25 | a folder that can be written to or created, but was",
            })
    void what_cannot_be_measured_is_refused_with_what_can(String command, String expected) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no certificate");
        List<String> arguments = new ArrayList<>();
        for (String word : command.split(" ", -1)) {
            arguments.add(word.replace("FILE", file.toString())
                    .replace("NONE", folder.resolve("none").toString()));
        }
        CommandLine line = BenchmarksCommand.commandLine().setErr(new PrintWriter(err, true));
        assertThat(line.execute(arguments.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains(expected).doesNotContain("\tat ");
    }

    @Test
    void a_suite_that_does_not_run_has_no_figures() throws Exception {
        Path file = Files.writeString(folder.resolve("no.jar"), "no jar");
        int status = BenchmarksCommand.commandLine()
                .execute(
                        "suite",
                        "--ca",
                        file.toString(),
                        "--jar",
                        file.toString(),
                        "--targets",
                        "1",
                        "--results",
                        folder.toString(),
                        "--limit",
                        "20",
                        "localhost:1");
        assertThat(status).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("suite.md")))
                .contains("| this suite, first run | failed: ")
                .contains("| 32 | failed: ");
    }
}
