/**
 * Loaded into every test file (`.taprc`). Tap makes each program that a test starts load its own hooks, to measure
 * coverage: there a program without an extension does not even start (`bin/calmony-pay`, `tsc`), and one that is killed
 * is not killed as it would be elsewhere. Here they run as they do for a user.
 */
import processOnSpawn from "process-on-spawn";

processOnSpawn.removeAllListeners();
delete process.env["NODE_OPTIONS"];
process.execArgv.splice(0);
for (const name of Object.keys(process.env)) if (name.startsWith("_TAPJS_")) delete process.env[name];
