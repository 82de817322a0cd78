import t from "tap";

import { clientAddress, isProxy, parseProxies } from "../../../src/web/connections/client-address.js";

t.test("an address of IPv4 counts as itself, however it is written", async (t) => {
  for (const written of ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:192.0.2.1"])
    t.equal(clientAddress(written), "192.0.2.1", written);
  t.not(clientAddress("192.0.2.1"), clientAddress("192.0.2.2"));
});

t.test("addresses of IPv6 count by their network of 64 bits", async (t) => {
  const same = ["2001:db8::1", "2001:db8:0:0:ffff::", "2001:0DB8::a:b:c:d", "2001:db8::192.0.2.1"];
  for (const written of same) t.equal(clientAddress(written), "2001:db8:0:0::/64", written);
  for (const written of ["2001:db8:0:1::1", "2001:db8:1::", "::1"])
    t.not(clientAddress(written), "2001:db8:0:0::/64", written);
  t.equal(clientAddress("fe80::1%eth0"), clientAddress("fe80::2"));
  t.equal(clientAddress("::1"), "0:0:0:0::/64");
  t.equal(clientAddress("1:2:3:4:5:6:7:8"), "1:2:3:4::/64");
});

t.test("proxies are addresses and networks of either version", async (t) => {
  for (const wrong of ["proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "1.2.3.4/8/8"])
    t.throws(() => parseProxies(wrong), { message: new RegExp(wrong.replaceAll("/", "\\/")) }, wrong);
  const proxies = parseProxies("10.0.0.0/8, 192.0.2.1,2001:db8::/32");
  for (const one of ["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.1", "2001:db8::9"])
    t.ok(isProxy(proxies, one), one);
  for (const other of ["11.0.0.1", "192.0.2.2", "2001:db9::", "::1", ""])
    t.notOk(isProxy(proxies, other), other);
});
