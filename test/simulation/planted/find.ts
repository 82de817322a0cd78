import { Ending } from "../database-place.js";
import { LOST_DEFAULT, simulate, type Verdict } from "../run.js";
import { plant } from "./plant.js";
import type { PlantedBug } from "./planted-bug.js";

/** A search for a planted bug: within a thousand sessions, in runs of growing length. */
export interface Search {
  readonly bug: PlantedBug;
  readonly seed: number;
  readonly server: string | undefined;
  readonly onProgress: (text: string) => void;
}

/** A bug that was found, or was not. */
export interface Found {
  readonly bug: PlantedBug;
  /** The run that found it; undefined where none did. */
  readonly verdict: Verdict | undefined;
  /** Sessions of all runs together. */
  readonly sessions: number;
}

/** Most bugs show early, and a long run that need not be is a long wait. */
const RUNS = [25, 50, 150, 300, 475];

/** Runs the service with the bug until the checker finds something. */
export async function findPlanted({ bug, seed, server, onProgress }: Search): Promise<Found> {
  const ending = new Ending();
  try {
    const service = plant(ending, bug);
    const replicas = bug.engine === "embedded" ? 1 : 2;
    // What comes after the sale takes as long as the sales: it is left out where it cannot show the bug.
    const { engine, afterSales = false } = bug;
    const setting = {
      engine,
      replicas,
      lost: LOST_DEFAULT,
      afterSales,
      endsEarly: true,
      service,
      server,
      onProgress,
    };
    let done = 0;
    for (const sessions of RUNS) {
      const verdict = await simulate({ ...setting, seed: seed + done, sessions });
      done += sessions;
      if (verdict.violations.length > 0) return { bug, verdict, sessions: done };
    }
    return { bug, verdict: undefined, sessions: done };
  } finally {
    await ending.all();
  }
}
