import * as fc from "fast-check";
import t from "tap";

import { isPrivateAddress, isPublicHost } from "../../../src/lib/hosts/public-host.js";

const NOT_PUBLIC = `localhost pay.localhost gateway my_gateway printer.local db.internal shop.lan shop.home a.home.arpa
  shop.test gateway.example nowhere.invalid 0.0.0.0 127.0.0.1 127.9.9.9 10.1.2.3 100.64.0.1 169.254.169.254 172.16.0.1
  172.31.255.255 192.168.1.4 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 255.255.255.255 [::] [::1]
  [::ffff:7f00:1] [::ffff:808:808] [fe80::1] [fc00::1] [fd12:3456::1] [64:ff9b::a00:1] [2001:db8::1] [2002:7f00:1::]
  [ff02::1] localhost. db.internal. 127.0.0.1. 168.63.129.16 192.88.99.1 [64:ff9b:1::a00:1] [fe80::a9fe:a9fe]
  [fd00:ec2::254] [2001::7f00:1] [::7f00:1] [5f00::1] fe80::1%eth0`;

const PUBLIC = `pay.example.com example.com gateway.cardstream.com localhost.example.com xn--bcher-kva.de 8.8.8.8 172.15.0.1
  172.32.0.1 example.com. 100.63.0.1 100.128.0.1 192.169.0.1 [2606:4700::1111] [2a00:1450::1]`;

t.test("a host of one machine, one network or no network at all is not public", async (t) => {
  for (const host of NOT_PUBLIC.split(/\s+/)) t.notOk(isPublicHost(host), host);
});

t.test("names below a public suffix and global addresses are", async (t) => {
  for (const host of PUBLIC.split(/\s+/)) t.ok(isPublicHost(host), host);
});

t.test(
  "addresses of this machine and of private networks are told from those of links and of metadata",
  async (t) => {
    for (const address of `127.0.0.1 127.9.9.9 10.1.2.3 172.16.0.1 192.168.1.4 ::1 [::1] fc00::1 fd12:3456::1`.split(
      " ",
    ))
      t.ok(isPrivateAddress(address), address);
    for (const address of `0.0.0.0 169.254.169.254 100.100.100.200 8.8.8.8 :: fe80::1 fd00:ec2::254 fd00:ec2::23 ff02::1
      localhost fd20:ce::254 [fd20:00ce::254] fd00:c1::a9fe:a9fe fd00:42::42 fd00:a9fe:a9fe::1 fd00:100::100:200
      ::ffff:169.254.169.254 168.63.129.16 192.0.0.192`.split(/\s+/))
      t.notOk(isPrivateAddress(address), address);
  },
);

t.test("every address of a private network is found, however it is written in a URL", async () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.constantFrom([10], [127], [192, 168], [169, 254]), octet, octet, octet, (net, ...rest) => {
      const [a = 0, b = 0, c = 0, d = 0] = [...net, ...rest];
      const number = ((a * 256 + b) * 256 + c) * 256 + d;
      return [`${a}.${b}.${c}.${d}`, String(number), `0x${number.toString(16)}`].every(
        (host) => !isPublicHost(new URL(`http://${host}`).hostname),
      );
    }),
  );
});
