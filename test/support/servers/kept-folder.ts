import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import path from "node:path";

import { memoryFolder } from "../memory-folder.js";

/**
 * A folder that goes away with this process, by whatever signal that ends. The servers in it are killed at the same
 * moment, and may still write.
 */
export function keptFolder(prefix: string): { readonly path: string; remove(): Promise<void> } {
  const folder = mkdtempSync(path.join(memoryFolder(), prefix));
  const keeper = spawn("/bin/sh", ["-c", FOLDER_KEEPER, folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const ended = once(keeper, "exit");
  return {
    path: folder,
    remove: async () => {
      keeper.stdin.end();
      await ended;
    },
  };
}

const FOLDER_KEEPER = 'cat >/dev/null; until rm -rf "$0" 2>/dev/null; do sleep 0.1; done';
