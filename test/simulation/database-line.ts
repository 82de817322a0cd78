import { type DatabaseRelay, openDatabaseRelay } from "../support/database-relay.js";
import type { Ending } from "./database-place.js";

/** A replica's way to its database: a relay to the server, or to each member of a group, which fail together. */
export type DatabaseLine = Pick<DatabaseRelay, "url" | "cut" | "mend" | "dropConnections" | "loseNextCommit">;

export async function openDatabaseLine(ending: Ending, urls: readonly string[]): Promise<DatabaseLine> {
  const relays = await Promise.all(urls.map((url) => openDatabaseRelay(ending, url)));
  return {
    url: withAllHosts(relays.map(({ url }) => url)),
    cut: async () => void (await Promise.all(relays.map((relay) => relay.cut()))),
    mend: async () => void (await Promise.all(relays.map((relay) => relay.mend()))),
    dropConnections: () => relays.forEach((relay) => relay.dropConnections()),
    // The primary alone gets a COMMIT. One that becomes the primary may lose another one later.
    loseNextCommit: () => relays.forEach((relay) => relay.loseNextCommit()),
  };
}

/** These URLs, which differ in their hosts, as one of the kind that `DATABASE_URL` takes. */
export function withAllHosts(urls: readonly string[]): string {
  const hosts = urls.map((url) => new URL(url).host);
  return (urls[0] ?? "").replace(hosts[0] ?? "", hosts.join(","));
}
