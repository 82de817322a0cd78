import { BlockList, isIPv4, isIPv6 } from "node:net";

import type { HttpRequest } from "../../lib/http.js";
import { connectionOf } from "./connection.js";

/**
 * The key by which clients are counted: an IPv4 address, also if written as `::ffff:a.b.c.d`; of an IPv6
 * address the /64 network, since a client usually has a whole one.
 */
export function clientAddress(remoteAddress: string): string {
  if (!remoteAddress.includes(":")) return remoteAddress;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remoteAddress)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(remoteAddress) ? `${network64(remoteAddress)}::/64` : remoteAddress;
}

/** The address that a request is counted for. Undefined for a trusted proxy: its clients cannot be told apart. */
export function knownAddressOf({ socket }: HttpRequest): string | undefined {
  const use = connectionOf(socket)?.use;
  if (use === undefined) return clientAddress(socket.remoteAddress ?? "");
  return use.isProxy ? undefined : use.address;
}

/**
 * The shopper's own IPv4 address, as the gateway wants it; undefined if it is unknown, or one of IPv6. Behind a
 * trusted proxy it is the last in `X-Forwarded-For` that is no trusted proxy's: those before it may be made up. The
 * header counts for nothing from anyone else.
 */
export function shopperAddressOf({ socket, headers }: HttpRequest): string | undefined {
  const use = connectionOf(socket)?.use;
  const told = use?.isProxy === true ? forwardedFor(headers["x-forwarded-for"], use.proxies) : undefined;
  const address = use?.isProxy === true ? told : (use?.address ?? clientAddress(socket.remoteAddress ?? ""));
  return address !== undefined && isIPv4(address) ? address : undefined;
}

function forwardedFor(
  header: string | readonly string[] | undefined,
  proxies: BlockList | undefined,
): string | undefined {
  const hops = String(header ?? "")
    .split(",")
    .map(bareAddress);
  return hops.findLast((hop) => !isProxy(proxies, hop));
}

/** An address as proxies write it: some add the port, `192.0.2.1:4711`. */
function bareAddress(hop: string): string {
  const [, address = ""] = /^\s*(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?\s*$/i.exec(hop) ?? [];
  return address === "" ? hop.trim() : address;
}

/**
 * Parses `TRUSTED_PROXIES`: addresses and networks, separated by commas. Throws an Error for an entry that is
 * neither.
 */
export function parseProxies(text: string): BlockList {
  const proxies = new BlockList();
  for (const entry of text.split(",").map((part) => part.trim())) {
    if (entry !== "") add(proxies, entry);
  }
  return proxies;
}

/** Whether an address, in the form that `clientAddress` takes, is a trusted proxy. */
export function isProxy(proxies: BlockList | undefined, remoteAddress: string): boolean {
  if (proxies === undefined) return false;
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIPv4(address)) return proxies.check(address);
  return isIPv6(address) && proxies.check(address, "ipv6");
}

function network64(address: string): string {
  const [head = "", tail] = (address.split("%", 1)[0] ?? "").toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  // The last part may be an IPv4 address, which fills two groups.
  const places = after.length + (after.at(-1)?.includes(".") === true ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - places);
  return [...before, ...Array<string>(zeros).fill("0"), ...after]
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ""))
    .join(":");
}

function add(proxies: BlockList, entry: string): void {
  const [address = "", bits] = entry.split("/");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const bitsMax = family === "ipv4" ? 32 : 128;
  const isWrong = bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > bitsMax);
  if (!(isIPv4(address) || isIPv6(address)) || isWrong || entry.split("/").length > 2)
    throw new Error(`${entry} is neither an address nor a network such as 10.0.0.0/8`);
  if (bits === undefined) proxies.addAddress(address, family);
  else proxies.addSubnet(address, Number(bits), family);
}
