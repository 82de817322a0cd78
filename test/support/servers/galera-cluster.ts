import { chmodSync, existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { GaleraNode, type NodePlace } from "./galera-node.js";
import { keptFolder } from "./kept-folder.js";
import { findProgram, installMissing, type Need } from "./packages.js";
import type { ServerGroup } from "./server-group.js";
import { freePorts } from "../free-ports.js";
import { SERVERS } from "./server-programs.js";

const LIBRARY: Need<string> = {
  what: "Galera",
  packages: ["galera-4"],
  find: () => ["/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"].find(existsSync),
};

/** A node brings another one up to date by it. */
const RSYNC: Need<string> = { what: "rsync", packages: ["rsync"], find: () => findProgram("rsync") };

const NODES = 3;
const WHOLE_WITHIN_MS = 120_000;

/**
 * Installs what a cluster needs and is missing. Throws an error that says what the user has to install: the package of
 * Galera's scripts starts a server of its own, for the whole machine.
 */
export function bringGalera(): void {
  installMissing([SERVERS.mariadb, LIBRARY, RSYNC]);
  if (findProgram("wsrep_sst_rsync") !== undefined) return;
  throw new Error(
    "Its nodes need wsrep_sst_rsync to bring each other up to date. On Debian: sudo apt-get install mariadb-server, " +
      "which starts a server of its own. Stop that one.",
  );
}

/**
 * Starts a private, empty Galera cluster of three MariaDB servers that goes away with the run, however that ends. Each
 * node takes writes; all clients use the first that takes part.
 */
export async function startGalera(): Promise<ServerGroup<GaleraNode>> {
  bringGalera();
  const [program, provider] = [SERVERS.mariadb.find(), LIBRARY.find()];
  if (program === undefined || provider === undefined) throw new Error("There is no Galera on this machine.");
  const folder = keptFolder("calmony-pay-galera-");
  chmodSync(folder.path, 0o755); // The servers are another user's.
  const ports = await freePorts(2 * NODES);
  const places: NodePlace[] = Array.from({ length: NODES }, (_, index) => ({
    number: index + 1,
    port: ports[2 * index] as number,
    clusterPort: ports[2 * index + 1] as number,
  }));
  const nodes = places.map(
    (place) =>
      new GaleraNode(program, provider, path.join(folder.path, `node-${place.number}`), place, places),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await folder.remove();
  };
  try {
    await begin(nodes);
    const title = `a Galera cluster of ${NODES} MariaDB ${await versionOf(nodes)}`;
    return { ...clusterOf(nodes), title, folder: folder.path, members: nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function clusterOf(
  nodes: readonly GaleraNode[],
): Omit<ServerGroup<GaleraNode>, "title" | "folder" | "members" | "stop"> {
  const primary = (): Promise<GaleraNode> => firstOf(nodes);
  return {
    primary,
    secondary: () => firstOf(nodes.toReversed()),
    whole: () => whole(nodes),
    handOver: async () => {
      const node = await primary();
      node.signal("SIGTERM");
      await node.ended();
      await primary(); // Another one by now.
      await node.start();
    },
    rebuild: async (node) => {
      node.signal("SIGKILL");
      await node.ended();
      node.empty();
      await node.start();
    },
  };
}

/** The first node makes the cluster and ends; copies of its data join it without a transfer of all data. */
async function begin(nodes: readonly GaleraNode[]): Promise<void> {
  const [first, ...others] = nodes as [GaleraNode, ...GaleraNode[]];
  first.prepare();
  await first.bootstrap();
  first.signal("SIGTERM");
  await first.ended();
  for (const node of others) node.copy(first);
  await first.bootstrap();
  for (const node of others) await node.start();
  await whole(nodes);
}

async function firstOf(nodes: readonly GaleraNode[]): Promise<GaleraNode> {
  return await until("a node that takes part", async () => {
    for (const node of nodes) if ((await sizeOf(node)) > 1) return node;
    return undefined;
  });
}

async function whole(nodes: readonly GaleraNode[]): Promise<void> {
  await until("the whole cluster", async () => {
    const sizes = await Promise.all(nodes.map(sizeOf));
    return sizes.every((size) => size === nodes.length) || undefined;
  });
}

function sizeOf(node: GaleraNode): Promise<number> {
  return node.clusterSize().catch(() => 0);
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + WHOLE_WITHIN_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`There is not ${what} within ${WHOLE_WITHIN_MS / 1000} s.`);
}

async function versionOf([first]: readonly GaleraNode[]): Promise<string> {
  const rows = await first?.ask(
    async (connection) => (await connection.query("select version() as version"))[0],
  );
  return String((rows as { version: string }[])[0]?.version).split("-")[0] ?? "";
}
