import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Linux keeps what lies here in memory. */
const SHARED_MEMORY = "/dev/shm";

/** Ten thousand simulated sessions in both databases stay far below. */
const ROOM_BYTES = 4 * 1024 ** 3;

/**
 * Where databases of tests go that end with the run: into memory where there is plenty, because a disk is waited for at
 * every COMMIT. What a killed process has written is there all the same: only a power cut would tell the difference.
 * Where `TMPDIR` names a folder, there.
 */
export function memoryFolder(): string {
  return process.env["TMPDIR"] === undefined && hasRoom() ? SHARED_MEMORY : tmpdir();
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    return bavail * bsize >= ROOM_BYTES;
  } catch {
    return false; // There is no such folder on this system.
  }
}
