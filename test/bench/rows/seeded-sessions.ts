import { type BenchPlace, openPlace } from "../bench-place.js";
import { type ServerProcess, startServer } from "../child.js";
import type { Contender, Sample } from "../contender.js";
import type { Left } from "../programs/seed.js";

/** A program with a database, and what is done in it to sessions that are made for each measurement. */
export interface SeededWork {
  /** Undefined: the embedded file. */
  readonly server: string | undefined;
  readonly name: string;
  readonly program: string;
  /** About as many sessions as are used up in a second. */
  readonly perSecond: number;
  /** How often the form of each was given out before. */
  readonly formsGiven: number;
  readonly measure: (place: BenchPlace, process: ServerProcess, ids: readonly string[]) => Promise<Sample>;
  /** How many rows so many sessions have left in all. */
  readonly left: (total: number) => Partial<Left>;
}

/** A contender that uses sessions up. What it has left in its database is counted after each measurement. */
export async function seededSessions(work: SeededWork): Promise<Contender> {
  const place = await openPlace(work.server);
  const process = await startServer(work.program, place);
  let total = 0;
  return {
    name: work.name,
    async measure(seconds) {
      const seed = Math.ceil(seconds * work.perSecond);
      const ids = (await process.ask({ seed, formsGiven: work.formsGiven })) as string[];
      const sample = await work.measure(place, process, ids);
      total += ids.length;
      await check(process, work.left(total));
      return sample;
    },
    close: async () => {
      await process.stop();
      await place.remove();
    },
  };
}

async function check(process: ServerProcess, wanted: Partial<Left>): Promise<void> {
  const counted = (await process.ask({ count: true })) as Left;
  for (const [what, count] of Object.entries(wanted)) {
    const found = counted[what as keyof Left];
    if (found !== count) throw new Error(`${found} ${what} instead of ${count}.`);
  }
}
