import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** What some tests need that npm cannot bring. */
export interface Needs {
  readonly database: boolean;
  readonly browser: boolean;
  readonly loadGenerators: boolean;
  readonly python: boolean;
  readonly grpcForPython: boolean;
  readonly protocForPython: boolean;
}

/** A file that reads or starts any of these needs what it stands for, and so does every file that imports it. */
const SIGNS: Readonly<Record<keyof Needs, RegExp>> = {
  database: /TEST_DATABASE_URL|\/server-programs\.js"|bin\/(prove|storm|bench|growth)\.js/,
  browser: /\/chromium\.js"|CHROMIUM_PATH/,
  loadGenerators: /\/load-generators\.js"|bin\/bench\.js/,
  python: /\/python\.js"/,
  grpcForPython: /PYTHON_WITH_GRPC\.find/,
  protocForPython: /PROTOC_FOR_PYTHON\.find/,
};

/** What these compiled tests need, found by what they import: one pure test makes nobody wait for a browser. */
export function needsOf(files: readonly string[]): Needs {
  const texts = textsOf(files);
  const has = (sign: RegExp): boolean => texts.some((text) => sign.test(text));
  return {
    database: has(SIGNS.database),
    browser: has(SIGNS.browser),
    loadGenerators: has(SIGNS.loadGenerators),
    python: has(SIGNS.python),
    grpcForPython: has(SIGNS.grpcForPython),
    protocForPython: has(SIGNS.protocForPython),
  };
}

/** Whether this compiled test tells a story on a database server. */
export function isToldOnServer(file: string): boolean {
  return /\b(each(Empty)?Engine|on(Empty)?Mysql)\(|\/private-server\.js"/.test(readFileSync(file, "utf8"));
}

/** The texts of these files and of all that they import from the tests; what the service imports needs none of this. */
function textsOf(files: readonly string[]): string[] {
  const texts = new Map<string, string>();
  const follow = (file: string): void => {
    if (texts.has(file) || !existsSync(file)) return;
    const text = readFileSync(file, "utf8");
    texts.set(file, text);
    for (const [, specifier = ""] of text.matchAll(IMPORT)) {
      const target = path.normalize(path.join(path.dirname(file), specifier));
      if (target.startsWith(TESTS)) follow(target);
    }
  };
  files.forEach(follow);
  return [...texts.values()];
}

const TESTS = path.join("dist", "test") + path.sep;
const IMPORT = /(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+\.js)"/g;
