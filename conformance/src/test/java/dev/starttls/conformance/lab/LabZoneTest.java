package dev.starttls.conformance.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.starttls.conformance.lab.ZoneServer.DnsTransport;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What the zone of the laboratory answers, without a socket. */
class LabZoneTest {
    private static final Instant NOW = Instant.parse("2026-11-30T00:00:00Z");
    private static final LabZone ZONE = LabZone.sign(
            "lab.example", "@ MX 10 mx\nmx A 127.0.0.1\n_25._tcp.mx TXT \"" + "x".repeat(200) + "\"\n", NOW);

    private static Message query(String name, int type) throws IOException {
        return Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN));
    }

    private static Message withSignatures(Message query) {
        query.addRecord(new OPTRecord(1232, 0, 0, ExtendedFlags.DO), Section.ADDITIONAL);
        return query;
    }

    private static Message answer(Message query) throws IOException {
        return new Message(ZONE.answer(query.toWire(), DnsTransport.UDP).orElseThrow());
    }

    private static List<Integer> types(Message message, int section) {
        return message.getSection(section).stream().map(Record::getType).toList();
    }

    @Test
    void its_own_records_are_answered_with_signatures_for_those_that_ask() throws IOException {
        Message plain = answer(query("LAB.example", Type.MX));
        assertThat(types(plain, Section.ANSWER)).containsExactly(Type.MX);
        assertThat(plain.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(plain.getHeader().getFlag(Flags.AD)).isFalse();
        assertThat(plain.getHeader().getFlag(Flags.RA)).isFalse();
        Message signed = answer(withSignatures(query("lab.example", Type.MX)));
        assertThat(types(signed, Section.ANSWER)).containsExactly(Type.MX, Type.RRSIG);
        assertThat(signed.getHeader().getFlag(Flags.AD)).isTrue();
    }

    @Test
    void the_ad_bit_of_a_query_asks_for_that_of_the_answer() throws IOException {
        Message query = query("mx.lab.example", Type.A);
        query.getHeader().setFlag(Flags.AD);
        Message answer = answer(query);
        assertThat(answer.getHeader().getFlag(Flags.AD)).isTrue();
        assertThat(types(answer, Section.ANSWER)).containsExactly(Type.A);
    }

    @ParameterizedTest
    @CsvSource({
        // The name has other records; there are names below it alone; and it is in neither way there.
        "mx.lab.example, NOERROR, 1",
        "_tcp.mx.lab.example, NOERROR, 1",
        "nx.lab.example, NXDOMAIN, 2",
        "a.b.mx.lab.example, NXDOMAIN, 2",
        "0.lab.example, NXDOMAIN, 1",
    })
    void what_is_not_there_is_proved(String name, String code, int proofs) throws IOException {
        Message answer = answer(withSignatures(query(name, Type.AAAA)));
        assertThat(Rcode.string(answer.getRcode())).isEqualTo(code);
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
        assertThat(types(answer, Section.AUTHORITY).subList(0, 2)).containsExactly(Type.SOA, Type.RRSIG);
        assertThat(answer.getSection(Section.AUTHORITY).stream().filter(NSECRecord.class::isInstance))
                .hasSize(proofs);
        assertThat(types(answer(query(name, Type.AAAA)), Section.AUTHORITY)).containsExactly(Type.SOA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.org A", "example DS", ". SOA", "xlab.example MX", "lab.example ANY", "lab.example AXFR"
            })
    void nothing_else_is_answered(String question) throws IOException {
        String[] words = question.split(" ", -1);
        Message answer = answer(query(words[0], Type.value(words[1])));
        assertThat(answer.getRcode()).isEqualTo(Rcode.REFUSED);
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
        assertThat(answer.getHeader().getFlag(Flags.AD)).isFalse();
    }

    @Test
    void what_is_no_query_is_not_answered() throws IOException {
        Message response = query("lab.example", Type.MX);
        response.getHeader().setFlag(Flags.QR);
        assertThat(ZONE.answer(response.toWire(), DnsTransport.UDP)).isEmpty();
        assertThat(ZONE.answer(new byte[0], DnsTransport.UDP)).isEmpty();
        assertThat(ZONE.answer(new byte[11], DnsTransport.TCP)).isEmpty();
        Message update = query("lab.example", Type.SOA);
        update.getHeader().setOpcode(Opcode.NOTIFY);
        assertThat(answer(update).getRcode()).isEqualTo(Rcode.NOTIMP);
        Message two = query("lab.example", Type.MX);
        two.addRecord(Record.newRecord(Name.fromString("mx.lab.example."), Type.A, DClass.IN), Section.QUESTION);
        assertThat(answer(two).getRcode()).isEqualTo(Rcode.FORMERR);
    }

    @Test
    void a_long_answer_is_truncated_by_udp_and_whole_by_tcp() throws IOException {
        Message query = query("_25._tcp.mx.lab.example", Type.TXT);
        query.addRecord(new OPTRecord(1, 0, 0, ExtendedFlags.DO), Section.ADDITIONAL);
        Message nothing = query("nothing." + "x".repeat(60) + "." + "y".repeat(60) + ".lab.example", Type.TXT);
        nothing.addRecord(new OPTRecord(512, 0, 0, ExtendedFlags.DO), Section.ADDITIONAL);
        byte[] udp = ZONE.answer(nothing.toWire(), DnsTransport.UDP).orElseThrow();
        assertThat(udp.length).isLessThanOrEqualTo(512);
        assertThat(new Message(udp).getHeader().getFlag(Flags.TC)).isTrue();
        Message tcp =
                new Message(ZONE.answer(nothing.toWire(), DnsTransport.TCP).orElseThrow());
        assertThat(tcp.getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(types(tcp, Section.AUTHORITY)).contains(Type.NSEC);
        // A size below 512 is 512 (RFC 6891 section 6.2.3).
        assertThat(answer(query).getHeader().getFlag(Flags.TC)).isFalse();
    }

    @Test
    void octets_that_are_no_message_do_no_harm() throws IOException {
        Random random = new Random(17);
        byte[] good = withSignatures(query("mx.lab.example", Type.A)).toWire();
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = good.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt();
            }
            for (byte[] answer : ZONE.answer(octets, DnsTransport.UDP).stream().toList()) {
                assertThat(answer.length).as("query %d", i).isLessThanOrEqualTo(1232);
            }
        }
    }

    @Test
    void a_time_to_live_that_the_parser_refuses_is_no_message() throws IOException {
        Message query = query("mx.lab.example", Type.A);
        query.getHeader().setOpcode(Opcode.UPDATE);
        query.addRecord(Record.newRecord(Name.fromString("a.lab.example."), Type.A, DClass.IN, 1), Section.AUTHORITY);
        byte[] octets = query.toWire();
        assertThat(ZONE.answer(octets, DnsTransport.UDP)).isPresent();
        // The highest octet of the TTL, which the length of no data follows.
        octets[octets.length - 6] = (byte) 0xFA;
        assertThat(ZONE.answer(octets, DnsTransport.UDP)).isEmpty();
    }

    @Test
    void records_that_cannot_be_read_are_refused() {
        assertThatThrownBy(() -> LabZone.sign("lab.example", "mx A not.an.address\n", NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected records as zone files have them");
    }
}
