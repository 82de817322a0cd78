import { execFile } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** What a replica imports of the service. */
const MODULES = ["start/app.js", "start/config.js", "lib/clock.js", "lib/log.js"];

const BUNDLER = fileURLToPath(new URL("../../../bin/bundle.js", import.meta.url));

/**
 * Puts the compiled service, in the folder of this URL, into a few files beside it, and answers their folder's URL. A
 * simulation starts it many times, and Node takes as long to open its hundreds of files as all else takes.
 */
export async function bundledService(service: string): Promise<string> {
  const folder = path.dirname(fileURLToPath(service));
  const bundled = path.join(folder, "bundled-service");
  if (!existsSync(bundled)) {
    const made = `${bundled}-${process.pid}`;
    await promisify(execFile)(process.execPath, [BUNDLER, folder, made, ...MODULES]);
    try {
      renameSync(made, bundled);
    } catch (error) {
      // Another simulation may have been quicker with the same.
      if (!existsSync(bundled)) throw error;
      rmSync(made, { recursive: true });
    }
  }
  return pathToFileURL(bundled).href;
}
