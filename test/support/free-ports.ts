import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * The system takes a port of its own choice from 32768 up (Linux: `net.ipv4.ip_local_port_range`; others from 49152).
 * A port from there may be another test's listener before the program that is meant to have it has started.
 */
const FIRST = 11_000;
const LAST = 32_767;

/** Ports that are free, each another one, and that nobody is given without asking for that very port. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** One port, like `freePorts`. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch {
    return false; // It is taken; the caller tries another.
  }
  probe.close();
  await once(probe, "close");
  return true;
}
