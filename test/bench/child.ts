import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** A server that is measured, in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  /** What the program said when it was ready. */
  readonly ports: Ports;
  /** Microseconds of CPU so far. */
  cpu(): number;
  /** Asks the program something, and waits for its answer. */
  ask(question: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export interface Ports {
  readonly http: number;
  readonly grpc: number;
}

/** Starts a compiled program of `programs/`, which says on which ports it listens. */
export async function startServer(program: string, options: object = {}): Promise<ServerProcess> {
  const child = fork(new URL(`programs/${program}.js`, import.meta.url), [JSON.stringify(options)], {
    execArgv: profileOf(program),
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const gone = exited.then(([code]) => Promise.reject(new Error(`${program} ended with ${String(code)}`)));
  gone.catch(() => {}); // It may end once nobody waits any more.
  const answer = async (): Promise<unknown> => (await Promise.race([once(child, "message"), gone]))[0];
  const ports = (await answer()) as Ports;
  const pid = child.pid ?? 0;
  return {
    pid,
    ports,
    cpu: () => cpuOf(pid),
    ask: async (question) => {
      const answered = answer();
      child.send(question as object);
      return await answered;
    },
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** `BENCH_PROFILE=service npm run bench -- --only ...` leaves a CPU profile of that program in the current folder. */
function profileOf(program: string): string[] {
  return process.env["BENCH_PROFILE"] === program ? ["--cpu-prof"] : [];
}

/** Linux counts the CPU time of a process in hundredths of a second; fields 14 and 15, behind a name in parentheses. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Megabytes of memory that a process takes now. */
export function rssOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return Number(kilobytes) / 1024;
}
