import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";

/** Longer than any build: an older lock belongs to a dead process whose id another process now has. */
const STALE_MS = 120_000;
const POLL_MS = 50;

/** Runs `action` while holding the lock file; waits until no other process holds it. */
export function whileLocked(lock, action) {
  while (!acquire(lock)) pause(POLL_MS);
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

// Linked, not created, so that the lock file contains its holder's process id from the start.
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
    return false; // Just released: the next try gets it.
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

// Waits synchronously, as the build is synchronous: a command imports its compiled code right after it.
function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
