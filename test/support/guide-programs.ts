import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

import type { Test } from "tap";

import { until } from "./database.js";
import { PYTHON } from "./python.js";

/** A program as a guide has it, and the command that runs it. */
export interface GuideProgram {
  readonly language: string;
  readonly command: string;
}

/** The languages whose programs the tests run. */
export const LANGUAGES: readonly GuideProgram[] = [
  { language: "js", command: process.execPath },
  { language: "python", command: PYTHON.find() ?? "python3" },
];

/** Starts the first program in a language of a guide, and waits until it listens. Its lines are read one by one. */
export async function startGuideProgram(
  t: Test,
  guide: string,
  { language, command }: GuideProgram,
  env: Record<string, string> & { readonly PORT: string },
) {
  // Below the project, so that the program finds the packages that it imports.
  const folder = mkdtempSync(path.join("dist", "guide-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = language === "js" ? "program.mjs" : `program.${language}`;
  writeFileSync(path.join(folder, file), snippet(guide, language));
  const options = { cwd: folder, env: { ...process.env, ...env } };
  const child = spawn(command, [file], { ...options, stdio: ["ignore", "pipe", "ignore"] });
  const exit = once(child, "exit");
  t.teardown(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  const waiting: string[] = [];
  const reader = createInterface(child.stdout);
  reader.on("line", (line) => waiting.push(line));
  await until("the program listens", () => answers(Number(env.PORT)));
  return {
    async next(): Promise<string | undefined> {
      while (waiting.length === 0) await once(reader, "line");
      return waiting.shift();
    },
    rest: (): readonly string[] => waiting,
  };
}

/** The guide's code in a language: the first block of it. */
function snippet(guide: string, language: string): string {
  const code = new RegExp(`\\n\`\`\`${language}\\n(.*?)\`\`\`\\n`, "s").exec(
    readFileSync(guide, "utf8"),
  )?.[1];
  if (code === undefined) throw new Error(`The guide has no code in ${language}.`);
  return code;
}

async function answers(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" }).then(
    () => true,
    () => false,
  );
}
