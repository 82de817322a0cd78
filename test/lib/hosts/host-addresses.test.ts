import t from "tap";

import {
  addressesOf,
  HostRefused,
  resolveHost,
  type ResolveHost,
} from "../../../src/lib/hosts/host-addresses.js";

/** Names with the addresses that a test gives them. */
const names: Record<string, string[]> = {
  "shop.example.com": ["93.184.215.14", "2606:2800:21f::1"],
  "inner.example.com": ["10.0.0.5"],
  "both.example.com": ["93.184.215.14", "169.254.169.254"],
  "mapped.example.com": ["::ffff:10.0.0.1"],
  "odd.example.com": ["not an address"],
  "empty.example.com": [],
};

const resolve: ResolveHost = (host) =>
  names[host] === undefined ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(names[host]);

t.test("a host with any address that is not global is refused", async (t) => {
  for (const host of ["inner.example.com", "both.example.com", "mapped.example.com", "odd.example.com"])
    await t.rejects(
      addressesOf(resolve, host, false),
      /has an address that is not on the public internet/,
      host,
    );
  for (const host of ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "169.254.169.254"])
    await t.rejects(addressesOf(resolve, host, false), HostRefused, host);
  for (const host of ["localhost", "localhost.", "printer", "db.internal"])
    await t.rejects(addressesOf(resolve, host, false), /is not a name on the public internet/, host);
  for (const host of ["nowhere.example.com", "empty.example.com"])
    await t.rejects(addressesOf(resolve, host, false), /could not be resolved/, host);
});

t.test("a host whose addresses are all global has them", async (t) => {
  t.same(await addressesOf(resolve, "shop.example.com.", false), names["shop.example.com"]);
  t.same(await addressesOf(resolve, "[2606:4700::1111]", false), ["2606:4700::1111"]);
});

t.test("where local addresses are allowed, those of links and of metadata are not", async (t) => {
  t.same(await addressesOf(resolve, "inner.example.com", true), ["10.0.0.5"]);
  t.same(await addressesOf(resolve, "127.0.0.1", true), ["127.0.0.1"]);
  for (const host of ["0.0.0.0", "169.254.169.254", "both.example.com"])
    await t.rejects(addressesOf(resolve, host, true), HostRefused, host);
});

t.test(
  "the machine's own names are found where they are wanted, and a name without a server is not",
  async (t) => {
    t.ok((await resolveHost("localhost", true)).some((address) => ["127.0.0.1", "::1"].includes(address)));
    await t.rejects(resolveHost("nowhere.invalid", false));
  },
);
