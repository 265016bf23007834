package dev.starttls.conformance.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressBlockTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.31.255.255",
                "192.0.0.8",
                "198.19.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "fc00::1",
                "fe80::1",
                "fec0::1",
                "::10.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b:1::192.0.2.1",
                "2002:a00:1::1"
            })
    void an_address_is_private_also_inside_one_of_ipv6(String address) throws Exception {
        assertThat(AddressBlock.isPrivate(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"172.32.0.1", "192.0.1.1", "198.20.0.1", "2001:4860::1", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    void the_public_internet_has_all_others(String address) throws Exception {
        assertThat(AddressBlock.isPrivate(InetAddress.getByName(address))).isFalse();
    }
}
