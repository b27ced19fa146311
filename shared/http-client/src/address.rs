//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to the public internet.
///
/// Everything else is refused when somebody else names the host: this machine, the own network, the metadata
/// service of the cloud (a link-local address), shared carrier addresses, multicast, documentation and
/// benchmark ranges, and every form that carries an IPv4 address inside an IPv6 one and could so disguise it.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // "This network", private, loopback, and everything from multicast upwards.
        [0 | 10 | 127 | 224.., ..] => true,
        // Shared addresses of carriers.
        [100, 64..=127, ..] => true,
        // Link-local, where the metadata services live.
        [169, 254, ..] => true,
        [172, 16..=31, ..] => true,
        // Protocol assignments, documentation, and the relays of 6to4.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        [192, 168, ..] => true,
        // Benchmarks and documentation.
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => false,
    };
    !special
}

/// Only `2000::/3` is handed out to the public, so everything outside it (loopback, mapped and translated
/// addresses, unique local, link-local, multicast) needs no list.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocol assignments, among them Teredo, which wraps IPv4.
        [0x2001, ..=0x01ff, ..] => false,
        // Documentation.
        [0x2001, 0x0db8, ..] | [0x3fff, ..=0x0fff, ..] => false,
        // 6to4 wraps IPv4.
        [0x2002, ..] => false,
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: bool, addresses: &[&str]) {
        for text in addresses {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(is_public(address), expected, "{text}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        check(
            true,
            &[
                "1.1.1.1",
                "8.8.8.8",
                "11.0.0.1",
                "126.255.255.255",
                "192.0.1.1",
                "198.51.99.1",
                "203.0.112.255",
                "223.255.255.255",
                "2000::1",
                "2001:200::1",
                "2001:4860:4860::8888",
                "2606:4700:4700::1111",
                "2a00:1450:4001:81b::200e",
                "3fff:1000::1",
            ],
        );
    }

    #[test]
    fn this_machine_is_not_public() {
        check(
            false,
            &[
                "0.0.0.0",
                "0.1.2.3",
                "127.0.0.1",
                "127.255.255.254",
                "::",
                "::1",
            ],
        );
    }

    #[test]
    fn private_networks_are_not_public_and_their_neighbors_are() {
        check(
            false,
            &[
                "10.0.0.1",
                "10.255.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.168.0.1",
                "192.168.255.255",
                "fc00::1",
                "fd00:ec2::254",
                "fdff:ffff::1",
                "fec0::1",
            ],
        );
        check(
            true,
            &[
                "9.255.255.255",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
            ],
        );
    }

    #[test]
    fn link_local_addresses_with_their_metadata_services_are_not_public() {
        check(
            false,
            &[
                "169.254.0.1",
                "169.254.169.254",
                "169.254.170.2",
                "fe80::1",
                "febf::1",
            ],
        );
        check(true, &["169.253.255.255", "169.255.0.0"]);
    }

    #[test]
    fn carrier_addresses_are_not_public_and_their_neighbors_are() {
        check(false, &["100.64.0.0", "100.100.100.100", "100.127.255.255"]);
        check(true, &["100.63.255.255", "100.128.0.0"]);
    }

    #[test]
    fn multicast_and_reserved_addresses_are_not_public() {
        check(
            false,
            &[
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "ff02::1",
                "100::1",
                "4000::1",
                "5f00::1",
            ],
        );
    }

    #[test]
    fn documentation_and_benchmark_addresses_are_not_public() {
        check(
            false,
            &[
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "2001:2::1",
                "2001:10::1",
                "2001:db8::1",
                "3fff:fff::1",
            ],
        );
        check(true, &["198.17.255.255", "198.20.0.0"]);
    }

    #[test]
    fn an_ipv4_address_cannot_hide_in_an_ipv6_one() {
        check(
            false,
            &[
                "::ffff:127.0.0.1",
                "::ffff:8.8.8.8",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "2001::7f00:1",
                "2002:7f00:1::",
            ],
        );
    }
}
