import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

import type { Ports } from "../child.js";

/** What the program was told when it was started. */
export function options(): unknown {
  return JSON.parse(process.argv[2] ?? "{}");
}

/** Says that the program is ready, and lets it end as soon as it is told to, or whoever started it is gone. */
export function ready(ports: Partial<Ports>): void {
  process.once("SIGTERM", () => process.exit());
  process.once("disconnect", () => process.exit());
  process.send?.({ http: 0, grpc: 0, ...ports });
}

/** Listens on a free port of this machine. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
