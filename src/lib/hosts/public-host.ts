import { BlockList, isIP } from "node:net";

/**
 * Whether the internet could reach a host of this name, in the form that `URL` gives it: a name with a dot
 * that is not reserved for local use, or an address outside the loopback, private and special-purpose ranges.
 * The name is not resolved.
 */
export function isPublicHost(hostname: string): boolean {
  const host = bareHost(hostname);
  if (isIP(host) === 4) return !NOT_PUBLIC.check(host, "ipv4");
  if (isIP(host) === 6) return GLOBAL.check(host, "ipv6") && !NOT_PUBLIC.check(host, "ipv6");
  const labels = host.toLowerCase().split(".");
  return labels.length > 1 && !LOCAL_NAMES.has(labels.at(-1) ?? "") && !host.endsWith(".home.arpa");
}

/**
 * Whether an address is one of this machine or of a private network (RFC 1918, RFC 4193). Link-local addresses are not
 * among them, nor those at which a cloud's machines ask for their credentials.
 */
export function isPrivateAddress(address: string): boolean {
  const host = bareHost(address);
  const family = isIP(host);
  if (family === 0) return false;
  return family === 4
    ? PRIVATE.check(host, "ipv4")
    : PRIVATE.check(host, "ipv6") && !METADATA.check(host, "ipv6");
}

/** A host without the brackets of a URL and without the dot of the root: `localhost.` is `localhost`. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** RFC 6761, 6762 and 8375, ICANN's `internal`, and names that private networks use unregistered. */
const LOCAL_NAMES = new Set(
  "localhost local localdomain internal intranet private corp home lan test example invalid".split(" "),
);

/** IANA's global unicast range. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet("2000::", 3, "ipv6");

/** IANA's special-purpose address registries. 6to4 is among them, since it can embed any IPv4 address. */
const NOT_PUBLIC = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  // Azure's machines reach their host by this address, and no other machine does.
  ["168.63.129.16", 32],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, "ipv6");
}

const PRIVATE = new BlockList();
PRIVATE.addSubnet("127.0.0.0", 8, "ipv4");
PRIVATE.addSubnet("10.0.0.0", 8, "ipv4");
PRIVATE.addSubnet("172.16.0.0", 12, "ipv4");
PRIVATE.addSubnet("192.168.0.0", 16, "ipv4");
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");

/**
 * Where machines of a cloud ask for their credentials, of all addresses in `PRIVATE`: Amazon's, Google's, Oracle's,
 * Scaleway's, Akamai's and Alibaba's.
 */
const METADATA = new BlockList();
METADATA.addSubnet("fd00:ec2::", 32, "ipv6");
for (const address of [
  "fd20:ce::254",
  "fd00:c1::a9fe:a9fe",
  "fd00:42::42",
  "fd00:a9fe:a9fe::1",
  "fd00:100::100:200",
]) {
  METADATA.addAddress(address, "ipv6");
}
