import { setTimeout as sleep } from "node:timers/promises";

/** Ends the process with this code, also where something in it waits for what never comes. */
export async function endProcess(code: number): Promise<never> {
  const giveUpAt = performance.now() + THREADS_END_WITHIN_MS;
  while (hasBusyThreads() && performance.now() < giveUpAt) await sleep(10);
  // `exit` waits for Node's threads, and one that waits for a silent disk or name server would keep the process.
  if (hasBusyThreads()) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}

const THREADS_END_WITHIN_MS = 200;

/** Files and names are looked up by threads of Node's. */
function hasBusyThreads(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(FSReq|GetAddrInfoReq|GetNameInfoReq)/.test(name));
}
