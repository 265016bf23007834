package dev.starttls.conformance.client.subject;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTemplateTest {
    private static final Map<String, String> VALUES =
            CommandTemplate.NAMES.stream().collect(Collectors.toMap(name -> name, name -> "<" + name + ">"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "send {host}:{port} | send <host>:<port>",
                "{ca}{case}{dir}{user}{password} | <ca><case><dir><user><password>",
                "mail '{{host}:{port}/imap/tls}' | mail '{<host>:<port>/imap/tls}'",
                "awk '{print}' {a,b} ${port} ${X} {} | awk '{print}' {a,b} ${port} ${X} {}",
                "{{host}} {{prot}} | {host} {prot}",
            })
    void names_in_braces_are_filled_and_the_rest_stays(String template, String filled) {
        assertThat(new CommandTemplate(template).filled(VALUES)).isEqualTo(filled);
    }

    @Test
    void a_value_is_not_filled_again() {
        assertThat(new CommandTemplate("{user}").filled(Map.of("user", "{host}$1\\", "host", "x")))
                .isEqualTo("{host}$1\\");
    }

    @ParameterizedTest
    @CsvSource({
        "{prot}, port",
        "{prot2}, port2",
        "{HOST}, host",
        "{pass}, password",
        "{passwd}, password",
        "{username}, user",
        "{hostname}, host",
        "{cas}, case",
        "{caes}, case",
        "{cafile}, ca",
        "{dirs}, dir",
        "{use}, user",
    })
    void a_word_that_is_nearly_a_name_is_a_mistake(String template, String meant) {
        assertThat(new CommandTemplate("x " + template).mistake()).hasValueSatisfying(mistake -> assertThat(mistake)
                .startsWith("there is no " + template + "; did you mean {" + meant + "}?")
                .contains("{host} {port} {port2} {user} {password} {ca} {case} {dir}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{host}",
                "{{prot}}",
                "${PROT}",
                "${prot}",
                "{a,b}",
                "awk '{print}'",
                "{x}",
                "find -exec rm {} +",
                "{next}",
                "{ prot; }",
            })
    void what_is_the_shells_is_none(String template) {
        assertThat(new CommandTemplate(template).mistake()).isEmpty();
    }
}
