import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";

import t, { type Test } from "tap";

import { testConfig } from "../support/app.js";
import { environmentOf, start } from "../support/command.js";
import { onSqlite } from "../support/database.js";

t.test("a process ends also where one of its threads waits for ever", async (t) => {
  const pipe = path.join(t.testdir({}), "pipe");
  execFileSync("mkfifo", [pipe]);
  const waits = `import { open } from "node:fs"; open(${JSON.stringify(pipe)}, () => {});`;
  t.match(await ended(t, `${waits} endProcess(1);`), { signal: "SIGKILL" });
});

t.test("a process ends with its code where only timers and sockets are left", async (t) => {
  const waits = `import { createServer } from "node:net"; createServer().listen(0); setInterval(() => {}, 1000);`;
  t.match(await ended(t, `${waits} endProcess(3);`), { code: 3 });
  t.match(await ended(t, `${waits} endProcess(0);`), null);
});

await onSqlite(t, "a command whose reader has seen enough ends without a complaint", async (t, engine) => {
  const child = start(environmentOf(testConfig(engine)), ["keys", "demo"]);
  child.stdout?.destroy();
  const [complaint, [code]] = await Promise.all([
    text(child.stderr as NodeJS.ReadableStream),
    once(child, "close"),
  ]);
  t.notMatch(complaint, /EPIPE|Error/);
  t.equal(code, 0);
});

/** Undefined where it ended with 0. */
function ended(t: Test, program: string): Promise<Error | null> {
  const module = new URL("../../src/cli/end-process.js", import.meta.url).href;
  const text = `import { endProcess } from ${JSON.stringify(module)}; ${program}`;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ["--input-type=module", "--eval", text], (error) =>
      resolve(error),
    );
    t.teardown(() => child.kill("SIGKILL"));
  });
}
