import { callbackStorm } from "./callback-storm.js";
import { type SharedDatabase, onSharedDatabase } from "./shared-database.js";
import { keyStorm } from "./key-storm.js";
import type { StormReport } from "./stress.js";

/** How large the storms are. */
export interface StormSize {
  readonly sessions: number;
  readonly keys: number;
  readonly replicas: number;
}

/** Runs both storms over the same replicas, on a new database of this server. */
export async function runStorms(
  server: string,
  { sessions, keys, replicas }: StormSize,
  onProgress: (text: string) => void,
): Promise<StormReport[]> {
  return await onSharedDatabase(server, replicas, async (shared) => {
    const callbacks = await callbackStorm(shared, sessions, steps(sessions, "sessions", onProgress));
    const requests = await keyStorm(shared, keys, steps(keys, "keys", onProgress));
    return [callbacks, requests, complaints(shared)];
  });
}

/** One report as people read it. */
export function textOf({ name, seconds, counts, findings }: StormReport): string {
  const lines = [`${name}, ${seconds.toFixed(1)} s`, ...counts.map((line) => `  ${line}`)];
  const shown = findings.slice(0, FINDINGS_SHOWN).map((finding) => `  WRONG: ${finding}`);
  const more = findings.length > FINDINGS_SHOWN ? [`  and ${findings.length - FINDINGS_SHOWN} more`] : [];
  return `${[...lines, ...shown, ...more].join("\n")}\n`;
}

/** The first ones tell what the others are. */
const FINDINGS_SHOWN = 20;

/** A service that answers well and logs errors is not well. */
function complaints({ replicas }: SharedDatabase): StormReport {
  const lines = replicas.flatMap(({ logged }) => logged);
  return {
    name: `log of ${replicas.length} replicas`,
    seconds: 0,
    counts: [`lines from warnings up  ${lines.length}`],
    findings: lines.filter((line) => !line.startsWith(WARNING)),
  };
}

const WARNING = '{"level":40,';

function steps(all: number, what: string, onProgress: (text: string) => void): (done: number) => void {
  const step = Math.max(1, Math.round(all / 10));
  return (done) => {
    if (done % step === 0) onProgress(`${done} of ${all} ${what}`);
  };
}
