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
import t, { type Test } from "tap";

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
  test: { "old.test.ts": "export const old = 1;" },
};

// One after the other, in one project: a build takes a second and a half of CPU.
t.test("what is stale is built, and nothing else", (t) => {
  const folder = project(t.testdir(SOURCES));
  const source = (name: string, text: string): void => writeFileSync(path.join(folder, "src", name), text);

  t.test("commands that start at once build once, and all find a whole build", async (t) => {
    await startFour(t, folder, "first");
    t.equal(compilations(folder), 1);
  });

  t.test(
    "the operator's command does not wait for a build of the tests, which the next other command makes",
    async (t) => {
      const old = path.join(folder, "dist/test/old.test.js");
      t.ok(existsSync(old));
      rmSync(path.join(folder, "test/old.test.ts"));
      t.same(await command(folder), { code: 0, output: "first" });
      t.equal(compilations(folder), 1);
      t.equal(build(folder).status, 0);
      t.equal(compilations(folder), 2);
      t.notOk(existsSync(old), "a source that is gone is gone from the build");
    },
  );

  t.test("so do commands that start at once after a change", async (t) => {
    source("word.ts", 'export const word = "second";');
    await startFour(t, folder, "second");
    t.equal(compilations(folder), 3);
    t.same(leftBehind(folder), []);
  });

  t.test("a text that does not compile is told, and the last whole build stays", async (t) => {
    source("word.ts", "export const word: number = 'third';");
    const { status, stderr } = build(folder);
    t.not(status, 0);
    t.match(stderr, /^building \.\.\.\n/, "what takes the time");
    t.match(stderr, /src\/word\.ts.*not assignable/);
    t.match(readFileSync(path.join(folder, "dist/src/word.js"), "utf8"), "second");
    t.same(leftBehind(folder), []);
  });

  t.test(
    "the lock of a build that was killed is no obstacle, and a class keeps its name in the bundle, where another " +
      "file has one of that name",
    async (t) => {
      const ended = spawnSync(process.execPath, ["--version"]);
      writeFileSync(path.join(folder, ".dist-lock"), String(ended.pid));
      source("word.ts", "export class One {}");
      source("two.ts", "class One {} export const other = One.name;");
      const imports = 'import { One } from "./word.js"; import { other } from "./two.js";';
      source("main.ts", `${imports} process.stdout.write(One.name + other);`);
      t.same(await command(folder), { code: 0, output: "OneOne" });
      t.same(leftBehind(folder), []);
    },
  );
  t.end();
});

async function startFour(t: Test, folder: string, output: string): Promise<void> {
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => command(folder)));
  for (const outcome of outcomes) t.same(outcome, { code: 0, output });
}

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

function build(cwd: string): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, ["bin/build.js"], { cwd, encoding: "utf8" });
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
