import type { Driven } from "./load/drive.js";

/** One measurement. */
export interface Sample {
  /** Calls, or whatever is counted, per second. */
  readonly rate: number;
  /** Microseconds of CPU that the server spent on each. */
  readonly cpu: number;
}

/** One of the two that are compared. Started once, measured again and again in turn with the other. */
export interface Contender {
  readonly name: string;
  /** Measures for about so many seconds. */
  measure(seconds: number): Promise<Sample>;
  /** Times in milliseconds at a fixed rate. Undefined where only the closed loop makes sense. */
  readonly latencies?: (rate: number, seconds: number) => Promise<Float64Array>;
  close(): Promise<void>;
}

/** What was driven against servers whose CPU time is looked at before and after. */
export async function sampleOf(
  servers: readonly { cpu(): number }[],
  drive: () => Promise<Driven>,
): Promise<Sample> {
  const cpu = (): number => servers.reduce((sum, server) => sum + server.cpu(), 0);
  const before = cpu();
  const { calls, seconds } = await drive();
  return { rate: calls / seconds, cpu: (cpu() - before) / calls };
}
