package dev.starttls.conformance.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {

    /** Another address may be one that is not to be connected to. */
    @Test
    void another_port_of_a_server_is_at_the_address_that_was_chosen() throws Exception {
        InetAddress chosen = InetAddress.getByName("192.0.2.1");
        Target target =
                new Target(Scheme.SMTP, "mail.example.org", 25).at(chosen).named("mx.example.org");
        assertThat(target.beside(Scheme.SMTPS, 465).address()).contains(chosen);
        assertThat(target.beside(Scheme.SMTPS, 465).url()).isEqualTo("smtps://mail.example.org:465#mx.example.org");
        assertThat(target.by(Scheme.SMTPS, 465).address()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "smtp://mail.example.org, SMTP, mail.example.org, 25",
        "submission://mail.example.org, SUBMISSION, mail.example.org, 587",
        "smtps://mail.example.org, SMTPS, mail.example.org, 465",
        "imap://mail.example.org, IMAP, mail.example.org, 143",
        "imaps://mail.example.org, IMAPS, mail.example.org, 993",
        "pop3://mail.example.org, POP3, mail.example.org, 110",
        "pop3s://mail.example.org, POP3S, mail.example.org, 995",
        "SMTP://localhost:2525, SMTP, localhost, 2525",
        "smtp://localhost:2525/, SMTP, localhost, 2525",
        "smtps://[2001:db8::1], SMTPS, 2001:db8::1, 465",
        "smtps://[2001:db8::1]:2465, SMTPS, 2001:db8::1, 2465",
        "smtp://192.0.2.1:65535, SMTP, 192.0.2.1, 65535",
    })
    void a_url_names_scheme_host_and_port(String url, Scheme scheme, String host, int port) throws TargetException {
        assertThat(Target.parse(url)).isEqualTo(new Target(scheme, host, port));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mail.example.org | write SCHEME://HOST[:PORT], for instance smtp://mail.example.org",
                "'' | for instance smtp://mail.example.org",
                "two words | for instance smtp://mail.example.org (schemes",
                "http://mail.example.org | there is no scheme 'http'",
                "smtp:// | the host is missing",
                "smtp://:25 | the host is missing",
                "smtp://a b | the host is missing or has a space",
                "smtp://mail:0 | the port is a number from 1 to 65535, not '0'",
                "smtp://mail:65536 | the port is a number from 1 to 65535",
                "smtp://mail:smtp | the port is a number from 1 to 65535",
                "smtp://mail: | the port is a number from 1 to 65535",
                "smtp://2001:db8::1 | write an IPv6 address in brackets, as in smtp://[2001:db8::1]",
                "smtp://[2001:db8::1 | is not closed",
                "smtp://[2001:db8::1]25 | expected nothing or :PORT after ']', got '25'",
                "smtp://mail:25/inbox | nothing but a name may follow the port",
                "smtp://192.0.2.1# | the name after '#' is missing",
                "smtp://192.0.2.1#a b | the name after '#' is missing or has a space",
                "smtp://192.0.2.1#a#b | the name after '#' is missing or has a space in it",
                "smtp://192.0.2.1:0#a | the port is a number from 1 to 65535, not '0'",
                "smtp://gr\u00fc\u00dfe.example | give it in its ASCII form (xn--...)",
            })
    void anything_else_is_rejected_with_the_right_form(String url, String message) {
        assertThatThrownBy(() -> Target.parse(url))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_password_in_a_url_is_not_repeated() {
        assertThatThrownBy(() -> Target.parse("smtp://user:secret@mail.example.org"))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining("--password-file")
                .hasMessageNotContaining("secret");
    }

    @Test
    void its_url_always_has_the_port() throws TargetException {
        assertThat(Target.parse("smtp://mail.example.org").url()).isEqualTo("smtp://mail.example.org:25");
        assertThat(Target.parse("smtps://[::1]").url()).isEqualTo("smtps://[::1]:465");
    }

    @Test
    void an_address_has_no_name_but_one_that_was_given() throws TargetException {
        TargetSettings settings = TargetSettings.standard();
        assertThat(settings.nameFor(Target.parse("smtp://192.0.2.1"))).isEmpty();
        assertThat(settings.nameFor(Target.parse("smtp://[2001:db8::1]"))).isEmpty();
        assertThat(settings.nameFor(Target.parse("smtp://mail.example.org")))
                .isEqualTo(Optional.of("mail.example.org"));
        assertThat(settings.withServerName("mx.example.org").nameFor(Target.parse("smtp://192.0.2.1")))
                .isEqualTo(Optional.of("mx.example.org"));
    }

    @Test
    void a_name_after_the_port_is_what_is_sent_and_matched_and_not_what_is_connected_to() throws TargetException {
        Target target = Target.parse("smtp://192.0.2.1#mx.example.org");
        TargetSettings settings = TargetSettings.standard();
        assertThat(target.host()).isEqualTo("192.0.2.1");
        assertThat(target.url()).isEqualTo("smtp://192.0.2.1:25#mx.example.org");
        assertThat(Target.parse(target.url())).isEqualTo(target);
        assertThat(settings.nameFor(target)).isEqualTo(Optional.of("mx.example.org"));
        assertThat(settings.indicationFor(target)).isEqualTo(Optional.of("mx.example.org"));
        assertThat(settings.identityOf(target).host()).isEqualTo("mx.example.org");
        assertThat(settings.withServerName("other.example").nameFor(target)).isEqualTo(Optional.of("other.example"));
    }

    /** RFC 6066 section 3: the name of a host without a dot at its end, and no address in whatever form. */
    @ParameterizedTest
    @CsvSource({
        "mail.example.org, mail.example.org",
        "mail.example.org., mail.example.org",
        "b\u00fccher.example, xn--bcher-kva.example",
        "localhost, localhost",
        "mail_server.example, ",
        "192.0.2.1, ",
        "127.1, ",
        "2130706433, ",
        "2001:db8::1, ",
        "::ffff:192.0.2.1, ",
        "fe80::1%eth0, ",
    })
    void only_the_name_of_a_host_is_sent(String host, String sent) {
        Target target = new Target(Scheme.SMTP, host, 25);
        assertThat(TargetSettings.standard().indicationFor(target)).isEqualTo(Optional.ofNullable(sent));
    }

    @Test
    void a_login_does_not_show_its_password() {
        assertThat(new Login("me", () -> "secret".toCharArray()).toString())
                .contains("me")
                .doesNotContain("secret");
    }
}
