import type { Contender, Sample } from "./contender.js";
import type { Effort, PairRow, Row, Unit } from "./row.js";
import { percentile, type Spread, spreadOf } from "./statistics.js";

/** What one contender came to. */
export interface Standing {
  readonly name: string;
  /** Calls per second. */
  readonly rate: Spread;
  /** Microseconds of CPU a call, of the server alone. */
  readonly cpu: number;
  /** Milliseconds at `fixedRate` calls per second; null where it was not measured. */
  readonly latency: { readonly fixedRate: number; readonly p50: number; readonly p99: number } | null;
}

/** A row of the table, measured. */
export interface RowResult {
  readonly name: string;
  /** Of a pair the median of its rounds' ratios: the two calls of a round have the same neighbours on the machine. */
  readonly ratio: number;
  /** How far those of the rounds lie apart; undefined where nothing is compared. */
  readonly noise?: Spread;
  readonly wanted: number;
  readonly better: "higher" | "lower";
  /** Undefined: a ratio, of nothing. */
  readonly unit?: Unit;
  readonly standings: readonly Standing[];
}

/** Measures a row. Of a pair both run at the same time, but only one of them has anything to do. */
export async function runRow(row: Row, effort: Effort): Promise<RowResult> {
  if (row.kind === "pair") return await runPair(row, effort);
  const { name, wanted, unit } = row;
  return { name, wanted, better: "lower", unit, ratio: await row.measure(effort), standings: [] };
}

async function runPair({ name, wanted, open }: PairRow, effort: Effort): Promise<RowResult> {
  const runs: PairRun[] = [];
  for (let start = 1; start <= effort.starts; start++) {
    runs.push(await runStart(await open(), effort, start === effort.starts));
  }
  const samples = runs.flatMap((run) => run.samples);
  const last = runs.at(-1);
  const standings = (last?.names ?? []).map((contender, index): Standing => {
    const own = samples.map((round) => round[index]).filter((sample) => sample !== undefined);
    return {
      name: contender,
      rate: spreadOf(own.map(({ rate }) => rate)),
      cpu: spreadOf(own.map(({ cpu }) => cpu)).median,
      latency: last?.latencies[index] ?? null,
    };
  });
  const noise = spreadOf(samples.map(([ours, other]) => (ours?.rate ?? NaN) / (other?.rate ?? NaN)));
  return { name, wanted, better: "higher", ratio: noise.median, noise, standings };
}

/** What both came to in one start. */
interface PairRun {
  readonly names: readonly string[];
  /** A round each. */
  readonly samples: readonly (readonly Sample[])[];
  readonly latencies: readonly Standing["latency"][];
}

async function runStart(
  pair: readonly [Contender, Contender],
  effort: Effort,
  isLast: boolean,
): Promise<PairRun> {
  try {
    const samples = await alternately(pair, effort);
    const latencies = isLast ? await atFixedRate(pair, samples, effort) : [];
    return { names: pair.map(({ name }) => name), samples, latencies };
  } finally {
    for (const contender of pair) await contender.close();
  }
}

/** A B A B, after what does not count: what else the machine does meanwhile falls on both alike. */
async function alternately(
  pair: readonly Contender[],
  { warmUps, rounds, seconds }: Effort,
): Promise<readonly (readonly Sample[])[]> {
  const samples: Sample[][] = [];
  for (let round = 0; round < warmUps + rounds; round++) {
    const own: Sample[] = [];
    for (const contender of pair) own.push(await contender.measure(seconds));
    if (round >= warmUps) samples.push(own);
  }
  return samples;
}

/** At half of what the slower of the two can do, so that neither is waiting for the other to be done. */
async function atFixedRate(
  pair: readonly Contender[],
  samples: readonly (readonly Sample[])[],
  { seconds }: Effort,
): Promise<readonly Standing["latency"][]> {
  const rate = Math.floor(Math.min(...samples.flat().map((sample) => sample.rate)) / 2);
  const standings: Standing["latency"][] = [];
  for (const { latencies } of pair) {
    if (latencies === undefined) return [];
    const times = await latencies(rate, seconds);
    standings.push({ fixedRate: rate, p50: percentile(times, 0.5), p99: percentile(times, 0.99) });
  }
  return standings;
}
