import { spawnSync } from "node:child_process";

import t from "tap";

/** What a process prints on standard error that does this after its log is opened, a line each, and how it ends. */
function printed(deed: string): { lines: string[]; status: number | null } {
  const script = `
    const { createLog } = await import("./dist/src/lib/log.js");
    const { logProcess } = await import("./dist/src/cli/log-process.js");
    const log = createLog("info", process.stderr);
    logProcess(log);
    ${deed}`;
  const flags = ["--no-turbofan", "--input-type=module", "-e", script];
  const { stderr, status } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  return { lines: stderr.split("\n").filter((line) => line !== ""), status };
}

t.test("an error that nobody caught is one line of JSON, and the end of the process", async (t) => {
  for (const deed of [
    `setTimeout(() => { throw new Error("lost\\ud800\\nhalf") });`,
    `void Promise.reject(new Error("lost\\ud800\\nhalf"));`,
    `void Promise.reject("lost");`,
    `setTimeout(() => { throw { toString() { throw 1; }, message: "lost" } });`,
  ]) {
    const { lines, status } = printed(`${deed} setTimeout(() => console.error("goes on"), 5000);`);
    t.equal(status, 1, deed);
    t.equal(lines.length, 1, lines.join("\n"));
    const line = JSON.parse(lines[0] ?? "") as { level: number; err: { message: string } };
    t.equal(line.level, 60);
    t.match(line.err.message, /lost|object/);
  }
});

t.test("warnings of Node, and what libraries print, are lines of JSON", async (t) => {
  const { lines, status } = printed(`
    process.emitWarning("odd\\nthings");
    setTimeout(() => {}, 2 ** 40).unref();
    console.error("a %s", "b", { c: 1 });
    console.warn("half \\ud800");
    log.info({ half: "\\ud800" }, "\\udc00");`);
  t.equal(status, 0);
  t.equal(lines.length, 5, lines.join("\n"));
  const texts = lines.map((line) => JSON.parse(line) as { msg: string; err?: { message: string } });
  t.match(JSON.stringify(texts), /odd\\nthings/);
  t.match(JSON.stringify(texts), /TimeoutOverflowWarning/);
  t.match(JSON.stringify(texts), /a b \{ c: 1 \}/);
});
