import { type ServerProcess, startServer } from "./child.js";
import { type Contender, sampleOf } from "./contender.js";
import { closedLoop, fixedRate } from "./load/drive.js";
import type { Lanes } from "./load/lane.js";

/** A server of `programs/`, and the lanes that call it. */
export interface ServedOptions {
  readonly name: string;
  readonly program: string;
  readonly options?: object;
  /** How many processes of it. */
  readonly replicas?: number;
  readonly open: (servers: readonly ServerProcess[]) => Promise<Lanes>;
}

/** A contender whose server is called in a closed loop. */
export async function served(contender: ServedOptions): Promise<Contender> {
  const { name, program, options = {}, replicas = 1, open } = contender;
  const servers = await Promise.all(Array.from({ length: replicas }, () => startServer(program, options)));
  const opened = await open(servers);
  const { lanes } = opened;
  return {
    name,
    measure: (seconds) => sampleOf(servers, () => closedLoop(lanes, seconds)),
    latencies: (rate, seconds) => fixedRate(lanes, rate, seconds),
    close: async () => {
      opened.close();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
