package dev.starttls.conformance.reach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.starttls.conformance.target.Target;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressesTest {
    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @Test
    void of_a_name_with_any_number_of_addresses_the_first_of_each_family_are_used() throws UnknownHostException {
        List<InetAddress> all = new ArrayList<>();
        for (int i = 0; i < 2 * Target.MAX_ADDRESSES; i++) {
            all.add(address("2001:db8::" + i));
            all.add(address("192.0.2." + i));
        }
        assertThat(Addresses.used(all.toArray(InetAddress[]::new))).isEqualTo(all.subList(0, 2 * Target.MAX_ADDRESSES));
    }

    @Test
    void an_address_that_comes_twice_is_used_once_and_the_order_stays() throws UnknownHostException {
        InetAddress first = address("192.0.2.2");
        InetAddress second = address("2001:db8::1");
        InetAddress third = address("192.0.2.1");
        assertThat(Addresses.used(first, second, first, third, second)).containsExactly(first, second, third);
    }
}
