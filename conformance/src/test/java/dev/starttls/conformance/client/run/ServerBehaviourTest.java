package dev.starttls.conformance.client.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.client.ClientSuite;
import dev.starttls.conformance.client.cases.ClientCase;
import dev.starttls.conformance.client.cases.ClientPolicy;
import dev.starttls.conformance.client.pki.ClientPki;
import dev.starttls.conformance.connection.Transcript;
import dev.starttls.conformance.target.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a case says of its server, made of the script that the server follows. */
class ServerBehaviourTest {
    private static List<String> behaviour(ClientCase one) {
        return ClientServers.behaviour(one, ClientSuite.profile(one.protocol()).dialect());
    }

    private static ClientCase named(Protocol protocol, String id) {
        return ClientSuite.cases(protocol).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Only what is seen of a client in passing needs no server that is other than well-behaved. */
    @ParameterizedTest
    @EnumSource
    void each_case_says_what_its_server_does(Protocol protocol) {
        TreeSet<String> wellBehaved = new TreeSet<>();
        for (ClientCase each : ClientSuite.cases(protocol)) {
            List<String> runs = behaviour(each);
            int scripts = each.scripts().size();
            assertThat(runs).as(each.id()).hasSize(scripts == 1 ? 1 : 1 + scripts);
            assertThat(runs.subList(runs.size() - scripts, runs.size()))
                    .as(each.id())
                    .noneMatch(String::isBlank)
                    .doesNotHaveDuplicates();
            if (runs.stream().allMatch("behaves well"::equals)) {
                wellBehaved.add(each.id());
            }
        }
        assertThat(wellBehaved).contains("UP-C-00", "UP-C-20a").hasSizeLessThan(6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "SMTP | UP-C-15c | answers STARTTLS in plaintext: '220 2.0.0 ready to start TLS\\r\\n', then nothing until"
                        + " the ClientHello has come, then the fatal alert number 40 in plaintext",
                "IMAP | UP-C-01a | does not offer STARTTLS, LOGINDISABLED in plaintext; offers AUTH=PLAIN",
                "POP3 | POP3-C-19 | answers RETR inside TLS: '+OK message follows",
                "POP3 | POP3-C-19 | hel', then the end of the connection, without close_notify",
                "SMTP | TLS-C-04 | presents a certificate: it has expired",
                "IMAP | UP-C-30 | deviates in TLS: the protocol",
                "SMTP | SMTP-C-03a | greets in plaintext: '554 5.3.2 no service here",
                "SMTP | UP-C-17b | 2500 times: 'x' 4000 times",
                "SMTP | UP-C-16 | on the second connection and all after it does not offer STARTTLS",
            })
    void it_is_what_the_script_says(Protocol protocol, String id, String words) {
        assertThat(String.join("\n", behaviour(named(protocol, id)))).contains(words);
    }

    @ParameterizedTest
    @EnumSource
    void the_runs_of_a_case_are_told_apart_in_its_transcript(Protocol protocol) throws IOException {
        ClientServers servers = ClientServers.of(
                ClientSuite.profile(protocol).dialect(),
                ClientRunSettings.of(ClientPolicy.OPPORTUNISTIC).host("mx.mail.example.org"),
                ClientPki.create("mx.mail.example.org"));
        for (ClientCase each : ClientSuite.cases(protocol)) {
            List<String> headings = IntStream.range(0, each.scripts().size())
                    .mapToObj(run -> each.heading(servers.kit(servers.nothingKnown()), run))
                    .flatMap(Optional::stream)
                    .map(Transcript.Entry::text)
                    .toList();
            if (each.scripts().size() == 1) {
                assertThat(headings).as(each.id()).isEmpty();
            } else {
                assertThat(headings).as(each.id()).hasSameSizeAs(each.scripts()).doesNotHaveDuplicates();
                assertThat(headings.get(1))
                        .startsWith("run 2 of " + each.scripts().size() + ": the server ");
            }
        }
    }
}
