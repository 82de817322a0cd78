import { setTimeout as sleep } from "node:timers/promises";

import { openPlace } from "../bench-place.js";
import { type ServerProcess, startServer } from "../child.js";
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
          return replica.rss();
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

async function withReplica(
  server: () => Promise<string>,
  measure: (replica: ServerProcess, key: string) => Promise<number>,
): Promise<number> {
  const place = await openPlace(await server());
  const replica = await startServer("service", place);
  try {
    return await measure(replica, place.key);
  } finally {
    await replica.stop();
    await place.remove();
  }
}

async function largestUnderLoad(replica: ServerProcess, key: string, seconds: number): Promise<number> {
  const request = createRequest({ authorization: `Bearer ${key}` });
  const opened = await httpLanes({
    ports: [replica.ports.http],
    count: 64,
    next: () => request,
    isRight: isSession,
  });
  let largest = 0;
  const watch = setInterval(() => (largest = Math.max(largest, replica.rss())), 50);
  await closedLoop(opened.lanes, seconds);
  clearInterval(watch);
  opened.close();
  return Math.max(largest, replica.rss());
}
