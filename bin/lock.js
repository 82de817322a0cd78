import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";

/** Longer than any build: a process that still holds the lock then is another one that was given the same number. */
const STALE_MS = 120_000;
const POLL_MS = 50;

/** Runs `action` while no other process runs one under the same lock file; waits as long as that takes. */
export function whileLocked(lock, action) {
  while (!acquire(lock)) pause(POLL_MS);
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

// Linked, not created: the lock file has its holder's number in it from its first moment.
function acquire(lock) {
  const mine = `${lock}-${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function isAbandoned(lock) {
  try {
    return Date.now() - statSync(lock).mtimeMs > STALE_MS || !isAlive(Number(readFileSync(lock, "utf8")));
  } catch {
    return false; // Given back in this moment: the next try gets it.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM"; // Another user's process.
  }
}

// The build is synchronous, so that a command imports its own code right after it; so is waiting for it.
function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
