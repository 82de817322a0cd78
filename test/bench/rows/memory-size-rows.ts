import { setTimeout as sleep } from "node:timers/promises";

import { environmentOf } from "../../support/command.js";
import { serve } from "../../support/serve.js";
import { configOf, openPlace } from "../bench-place.js";
import { rssOf } from "../child.js";
import { closedLoop } from "../load/drive.js";
import { httpLanes } from "../load/http-lanes.js";
import type { Row } from "../row.js";
import { createRequest, isSession } from "./orders.js";

/**
 * Megabytes of a replica with a database server: once nothing is to be done, and the most that it takes while it
 * creates sessions.
 */
export function memorySizeRows(server: () => Promise<string>): readonly Row[] {
  return [
    {
      kind: "plain",
      name: "memory, idle",
      unit: "MB",
      wanted: 120,
      measure: ({ plain: { seconds } }) =>
        withReplica(server, async (replica) => {
          // Idle is what nothing happens in for a while: here the time is what is measured, not waited out.
          await sleep(seconds * 1000);
          return rssOf(replica.pid);
        }),
    },
    {
      kind: "plain",
      name: "memory, loaded",
      unit: "MB",
      wanted: 250,
      measure: ({ plain: { seconds } }) =>
        withReplica(server, (replica, key) => largestUnderLoad(replica, key, seconds)),
    },
  ];
}

/** The service as an operator starts it: the bench's own program also opens a second pool, for its questions. */
async function withReplica(
  server: () => Promise<string>,
  measure: (replica: Replica, key: string) => Promise<number>,
): Promise<number> {
  const place = await openPlace(await server());
  const endings: (() => unknown)[] = [];
  try {
    const own = { teardown: (end: () => unknown) => void endings.push(end) };
    const service = await serve(own, environmentOf(configOf(place)), []);
    const port = Number(new URL(service.url).port);
    const measured = await measure({ pid: service.pid, port }, place.key);
    await service.stop("SIGTERM");
    return measured;
  } finally {
    for (const end of endings) end();
    await place.remove();
  }
}

interface Replica {
  readonly pid: number;
  readonly port: number;
}

async function largestUnderLoad({ pid, port }: Replica, key: string, seconds: number): Promise<number> {
  const request = createRequest({ authorization: `Bearer ${key}` });
  const opened = await httpLanes({
    ports: [port],
    count: 64,
    next: () => request,
    isRight: isSession,
  });
  let largest = 0;
  const watch = setInterval(() => (largest = Math.max(largest, rssOf(pid))), 50);
  await closedLoop(opened.lanes, seconds);
  clearInterval(watch);
  opened.close();
  return Math.max(largest, rssOf(pid));
}
