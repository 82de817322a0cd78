import { type ServerProcess, startServer } from "./child.js";
import { type Contender, sampleOf } from "./contender.js";
import { type Driven, fixedRate } from "./load/drive.js";
import type { Lanes } from "./load/lane.js";

/** A server of `programs/`, and what calls it. */
export interface ServedOptions {
  readonly name: string;
  readonly program: string;
  readonly options?: object;
  /** How many processes of it. */
  readonly replicas?: number;
  readonly load: (servers: readonly ServerProcess[]) => Promise<Load>;
}

/** How servers are called. */
export interface Load {
  /** Opens the lanes of one measurement at a fixed rate. */
  readonly open: () => Promise<Lanes>;
  readonly loop: (seconds: number) => Promise<Driven>;
}

/** A contender whose server is called in a closed loop. */
export async function served(contender: ServedOptions): Promise<Contender> {
  const { name, program, options = {}, replicas = 1, load } = contender;
  const servers = await Promise.all(Array.from({ length: replicas }, () => startServer(program, options)));
  const { open, loop } = await load(servers);
  return {
    name,
    measure: (seconds) => sampleOf(servers, () => loop(seconds)),
    latencies: (rate, seconds) => atRate(open, rate, seconds),
    close: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** Opened for each measurement: a server closes connections that stand idle while another contender is measured. */
async function atRate(open: Load["open"], rate: number, seconds: number): Promise<Float64Array> {
  const opened = await open();
  try {
    return await fixedRate(opened.lanes, rate, seconds);
  } finally {
    opened.close();
  }
}
