import { setTimeout as sleep } from "node:timers/promises";

/** Ends the process with this exit code, even where something in it still waits. */
export async function endProcess(code: number): Promise<never> {
  const giveUpAt = performance.now() + THREADS_END_WITHIN_MS;
  while (hasBusyThreads() && performance.now() < giveUpAt) await sleep(10);
  // `exit` waits for Node's threads; one blocked by a silent disk or name server would keep the process
  // alive.
  if (hasBusyThreads()) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}

const THREADS_END_WITHIN_MS = 200;

/** Node's threads access files and resolve names. */
function hasBusyThreads(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(FSReq|GetAddrInfoReq|GetNameInfoReq)/.test(name));
}
