import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { type BenchPlace, configOf, openPlace } from "../bench-place.js";
import type { Row } from "../row.js";
import { spreadOf } from "../statistics.js";
import { environmentOf, start } from "../../support/command.js";

/** Seconds from the start of the operator's command until the service says that it is ready; its tables are there. */
export function startRows(server: () => Promise<string>): readonly Row[] {
  return [
    startRow("start-up, existing database, MariaDB", server),
    startRow("start-up, existing database, embedded", async () => undefined),
  ];
}

function startRow(name: string, server: () => Promise<string | undefined>): Row {
  return {
    kind: "plain",
    name,
    unit: "s",
    wanted: 1,
    measure: async ({ rounds }) => {
      const place = await openPlace(await server());
      try {
        const times: number[] = [];
        for (let round = 0; round < rounds; round++) times.push(await secondsToReady(place));
        return spreadOf(times).median;
      } finally {
        await place.remove();
      }
    },
  };
}

async function secondsToReady(place: BenchPlace): Promise<number> {
  const started = performance.now();
  const service = start(environmentOf({ ...configOf(place), port: PORT }), ["serve"]);
  const ended = once(service, "exit");
  const gone = ended.then(() => Promise.reject(new Error("serve ended before it was ready")));
  service.stdout?.resume();
  service.stderr?.resume();
  try {
    await Promise.race([untilReady(), gone]);
    return (performance.now() - started) / 1000;
  } finally {
    service.kill("SIGTERM");
    await ended;
  }
}

/** Known before the service is up, unlike a port that the system picks. */
const PORT = 28_917;

const ASK_AGAIN_MS = 5;

async function untilReady(): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${PORT}/readyz`).catch(() => undefined); // Nobody listens yet.
    if (answer?.status === 200) return;
    await sleep(ASK_AGAIN_MS);
  }
}
