import { type BenchPlace, configOf, openPlace } from "../bench-place.js";
import type { Row } from "../row.js";
import { spreadOf } from "../statistics.js";
import { environmentOf } from "../../support/command.js";
import { serve } from "../../support/serve.js";

/** Seconds from the start of the operator's command until the service says that it is ready; its tables are there. */
export function startRows(server: () => Promise<string>): readonly Row[] {
  return [
    startRow("start-up, existing database, server", server),
    startRow("start-up, existing database, embedded", async () => undefined),
  ];
}

function startRow(name: string, server: () => Promise<string | undefined>): Row {
  return {
    kind: "plain",
    name,
    unit: "s",
    wanted: 1,
    measure: async ({ plain }) => {
      const place = await openPlace(await server());
      try {
        const times: number[] = [];
        for (let time = 0; time < plain.times; time++) times.push(await secondsToReady(place));
        return spreadOf(times).median;
      } finally {
        await place.remove();
      }
    },
  };
}

async function secondsToReady(place: BenchPlace): Promise<number> {
  const endings: (() => unknown)[] = [];
  const started = performance.now();
  try {
    const own = { teardown: (end: () => unknown) => void endings.push(end) };
    const service = await serve(own, environmentOf(configOf(place)), []);
    const { status } = await fetch(`${service.url}/readyz`);
    if (status !== 200) throw new Error(`serve has printed its addresses, and /readyz answers ${status}.`);
    const seconds = (performance.now() - started) / 1000;
    await service.stop("SIGTERM");
    return seconds;
  } finally {
    for (const end of endings) end();
  }
}
