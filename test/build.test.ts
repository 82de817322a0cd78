import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import t from "tap";

/** As the operator's command: it builds what is stale and imports what was bundled. */
const COMMAND = `
  const { buildStale, OF_THE_COMMAND } = await import("./bin/build.js");
  buildStale(OF_THE_COMMAND);
  await import("./dist/bundle/main.js");
`;

const SOURCES = {
  src: {
    "main.ts": 'import { word } from "./word.js"; process.stdout.write(word);',
    "word.ts": 'export const word = "first";',
  },
};

t.test("a text that does not compile is told, and the last whole build stays", async (t) => {
  const folder = project(t.testdir(SOURCES));
  t.same(await command(folder), { code: 0, output: "first" });
  writeFileSync(path.join(folder, "src/word.ts"), "export const word: number = 'second';");
  const { status, stderr } = spawnSync(process.execPath, ["bin/build.js"], { cwd: folder, encoding: "utf8" });
  t.not(status, 0);
  t.match(stderr, /^building \.\.\.\n/, "what takes the time");
  t.match(stderr, /src\/word\.ts.*not assignable/);
  t.ok(existsSync(path.join(folder, "dist/src/word.js")));
  t.same(leftBehind(folder), []);
});

t.test("commands that start at once after a change build once, and all find a whole build", async (t) => {
  const folder = project(t.testdir(SOURCES));
  const first = await Promise.all(Array.from({ length: 4 }, () => command(folder)));
  for (const outcome of first) t.same(outcome, { code: 0, output: "first" });
  t.equal(compilations(folder), 1);
  writeFileSync(path.join(folder, "src/word.ts"), 'export const word = "second";');
  const second = await Promise.all(Array.from({ length: 4 }, () => command(folder)));
  for (const outcome of second) t.same(outcome, { code: 0, output: "second" });
  t.equal(compilations(folder), 2);
  t.same(leftBehind(folder), []);
});

t.test("the lock of a build that was killed is no obstacle", async (t) => {
  const folder = project(t.testdir(SOURCES));
  const ended = spawnSync(process.execPath, ["--version"]);
  writeFileSync(path.join(folder, ".dist-lock"), String(ended.pid));
  t.same(await command(folder), { code: 0, output: "first" });
  t.same(leftBehind(folder), []);
});

t.test("a source that is gone is gone from the build", async (t) => {
  const folder = project(t.testdir({ ...SOURCES, test: { "old.test.ts": "export const old = 1;" } }));
  await command(folder);
  t.ok(existsSync(path.join(folder, "dist/test/old.test.js")));
  rmSync(path.join(folder, "test/old.test.ts"));
  spawnSync(process.execPath, ["bin/build.js"], { cwd: folder });
  t.notOk(existsSync(path.join(folder, "dist/test/old.test.js")));
});

t.test(
  "the operator's command does not wait for a build of the tests, which the next other command makes",
  async (t) => {
    const folder = project(t.testdir({ ...SOURCES, test: { "word.test.ts": "export const tested = 1;" } }));
    await command(folder);
    writeFileSync(path.join(folder, "test/word.test.ts"), "export const tested = 2;");
    t.same(await command(folder), { code: 0, output: "first" });
    t.equal(compilations(folder), 1);
    const { status } = spawnSync(process.execPath, ["bin/build.js"], { cwd: folder });
    t.equal(status, 0);
    t.equal(compilations(folder), 2);
  },
);

t.test("a class keeps its name in the bundle, where another file has one of that name", async (t) => {
  const main = `
    import { One } from "./one.js";
    import { other } from "./two.js";
    process.stdout.write(One.name + other);
  `;
  const two = "class One {} export const other = One.name;";
  const folder = project(
    t.testdir({ src: { "main.ts": main, "one.ts": "export class One {}", "two.ts": two } }),
  );
  t.same(await command(folder), { code: 0, output: "OneOne" });
});

/** Makes a project of a folder with sources: the real build, its settings, and the compiler with a tally. */
function project(folder: string): string {
  for (const name of ["bin", "tsconfig.json", "package.json"]) {
    cpSync(name, path.join(folder, name), { recursive: true });
  }
  const compiler = path.join(folder, "node_modules/typescript/bin");
  mkdirSync(compiler, { recursive: true });
  const real = pathToFileURL(path.resolve("node_modules/typescript/bin/tsc"));
  const tally = `require("node:fs").appendFileSync("compiled", "."); import(${JSON.stringify(real)});`;
  writeFileSync(path.join(compiler, "tsc"), tally);
  for (const name of ["@types", "rolldown"]) {
    symlinkSync(path.resolve("node_modules", name), path.join(folder, "node_modules", name));
  }
  return folder;
}

function compilations(folder: string): number {
  return readFileSync(path.join(folder, "compiled")).length;
}

async function command(cwd: string): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", COMMAND], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return { code, output };
}

function leftBehind(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith(".dist-"));
}

t.test("before npm ci, each command says what to do", async (t) => {
  const folder = t.testdir();
  cpSync("bin", path.join(folder, "bin"), { recursive: true });
  for (const program of ["calmony-pay", "test.js", "build.js", "prove.js"]) {
    const { status, stderr } = spawnSync(process.execPath, [`bin/${program}`], {
      cwd: folder,
      encoding: "utf8",
    });
    t.equal(status, 1, program);
    t.match(stderr, /^The packages of this project are not installed.* Run: npm ci\n$/, program);
  }
});
