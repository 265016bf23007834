package dev.starttls.conformance.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.target.DomainTarget.Servers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTargetTest {
    @ParameterizedTest
    @CsvSource({
        "mx:example.org, MX, example.org",
        "MX:Example.ORG., MX, example.org",
        "mx:bücher.example, MX, xn--bcher-kva.example",
        "domain:user@example.org, DOMAIN, example.org",
        "domain:a@b@example.org, DOMAIN, example.org",
        "domain:example.org, DOMAIN, example.org",
        "mx:_x.example.org, MX, _x.example.org"
    })
    void a_domain_is_read(String text, Servers servers, String domain) throws TargetException {
        assertThat(DomainTarget.parse(text)).contains(new DomainTarget(servers, domain));
    }

    @ParameterizedTest
    @ValueSource(strings = {"smtp://mx.example.org", "example.org", "", "mx", "mail:example.org"})
    void anything_else_is_for_others_to_read(String text) throws TargetException {
        assertThat(DomainTarget.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mx:",
                "mx:.",
                "mx:user@example.org",
                "mx:exa mple.org",
                "mx:192.0.2.1",
                "mx:[192.0.2.1]",
                "domain:u@",
                "mx://example.org",
                "mx:example..org",
                "mx:-a.example",
                "mx:example.org:25",
                "mx:ex\u0000ample.org"
            })
    void what_is_no_domain_is_refused(String text) {
        assertThatThrownBy(() -> DomainTarget.parse(text))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining("example.org");
    }

    @Test
    void its_name_in_reports_is_what_the_user_can_write() throws TargetException {
        DomainTarget domain = DomainTarget.parse("domain:user@example.org").orElseThrow();
        assertThat(domain.url()).isEqualTo("domain:example.org");
        assertThat(DomainTarget.parse(domain.url())).contains(domain);
    }
}
