import t from "tap";
import {
  foldersWithoutLayer,
  importCircles,
  importsAgainstTheLayers,
  largeImports,
  isMigration,
  migrationsNotListed,
} from "./support/import-rules.js";
import { programsIn, source, textsIn, type Source } from "./support/source-tree.js";
import {
  barrels,
  defaultExports,
  environmentReads,
  filesWithoutTest,
  leftovers,
  longFiles,
  longFunctions,
  namesThatSayNothing,
  pathsOfAMachine,
} from "./support/text-rules.js";

const src = programsIn("src");
const programs = [...src, ...programsIn("bin", "test", "tool")].filter(({ path }) => !path.includes("/gen/"));

/** Texts by their paths. */
type Planted = Record<string, string>;

// Apart from what follows them in the planted texts: this file keeps the rules too.
const [HOME, TEMPORARY, REGISTRY, TO_DO, FIX_ME] = ["/home", "/tmp", "//registry", "TODO", "FIXME"];

/** A house rule that a linter cannot say. */
interface Rule {
  says: string;
  check: (sources: Source[]) => string[];
  /** What it is about; `check` may see more, to look things up. */
  about: Source[];
  sees?: Source[];
  /** Each of these breaks the rule exactly once: a rule that never goes red guards nothing. */
  broken: Planted[];
  kept: Planted[];
}

const RULES: Rule[] = [
  {
    says: "every folder of the sources has its place among the layers",
    check: foldersWithoutLayer,
    about: src,
    broken: [{ "src/refunds/refund.ts": "" }],
    kept: [{ "src/main.ts": "", "src/cli/keys.ts": "", "src/db/migrations/one.ts": "" }],
  },
  {
    says: "a folder imports only folders below it, and what is generated",
    check: importsAgainstTheLayers,
    about: src,
    broken: [
      { "src/db/rows.ts": 'import { pay } from "../checkout/pay.js";' },
      { "src/web/page.ts": 'import { readConfig } from "../config.js";' },
      { "src/web/page.ts": 'import type { Command } from "../cli/command.js";' },
      { "src/lib/ids.ts": 'export { open } from "../domain/session.js";' },
      { "src/web/docs.ts": 'import { createDocument } from "../../tool/openapi/document.js";' },
      { "src/rpc/routes.ts": 'const page = await import("../web/page.js");' },
      { "src/rpc/routes.ts": 'let page: import("../web/page.js").Page;' },
      { "src/domain/money.ts": 'import { Money } from "../../gen/calmonypay/v1/money_pb.js";' },
      { "src/domain/money.ts": 'import { sign } from "../cardstream/signature.js";' },
      { "src/transcode/routes.ts": 'import { Session } from "../../gen/calmonypay/v1/session_pb.js";' },
      { "src/transcode/routes.ts": 'import { open } from "../domain/session.js";' },
      { "src/app.ts": 'import { openBrowser } from "../test/support/chromium.js";' },
    ],
    kept: [
      { "src/app.ts": 'import { page } from "./web/page.js"; import { run } from "./cli/run.js";' },
      { "src/cli/run.ts": 'import { startApp } from "../app.js"; import { ids } from "../lib/ids.js";' },
      { "src/sandbox/page.ts": 'import { html } from "../lib/html.js"; import t from "typeorm";' },
      { "src/db/migrations/one.ts": 'import { column } from "../columns.js";' },
      { "src/rpc/routes.ts": 'import { Session } from "../../gen/calmonypay/v1/session_pb.js";' },
      { "src/transcode/http.ts": 'import { http } from "../../gen/google/api/annotations_pb.js";' },
      { "src/domain/session.ts": 'import { id } from "../lib/ids.js"; import { b } from "./money.js";' },
    ],
  },
  {
    says: "imports never run in a circle",
    check: importCircles,
    about: src,
    broken: [
      { "src/db/a.ts": 'import "./b.js";', "src/db/b.ts": 'import type { A } from "./a.js";' },
      {
        "src/db/a.ts": 'import "./b.js";',
        "src/db/b.ts": 'import "./c.js";',
        "src/db/c.ts": 'export { a } from "./a.js"; import "../lib/ids.js";',
        "src/lib/ids.ts": "",
      },
      { "src/db/a.ts": 'import "./a.js";' },
    ],
    kept: [
      {
        "src/db/a.ts": 'import "./b.js"; import "./c.js";',
        "src/db/b.ts": 'import "./c.js";',
        "src/db/c.ts": "",
      },
    ],
  },
  {
    says: "a start waits for no large package that it may not need",
    check: largeImports,
    about: src,
    broken: [{ "src/db/a.ts": 'import { type A, B } from "typeorm";' }, { "src/a.ts": 'import "mysql2";' }],
    kept: [{ "src/db/mysql.ts": 'import "mysql2";', "src/a.ts": 'import type { A } from "typeorm";' }],
  },
  {
    says: "every migration is listed by name",
    check: migrationsNotListed,
    about: src.filter(({ path }) => isMigration(path)),
    sees: src,
    broken: [
      { "src/db/migrations/one.ts": "", "src/db/data-source.ts": "" },
      { "src/db/migrations/one.ts": "", "src/cli/one.ts": 'import { One } from "../db/migrations/one.js";' },
    ],
    kept: [
      { "src/db/migrations/one.ts": "", "src/db/a.ts": 'import { One } from "./migrations/one.js";' },
      {
        "src/db/migrations/one.ts": "",
        "src/db/migrations/all.ts": 'import { One } from "./one.js";',
        "src/db/migrate.ts": 'import { MIGRATIONS } from "./migrations/all.js";',
      },
    ],
  },
  {
    says: "no file is longer than 250 lines",
    check: longFiles,
    about: programs,
    broken: [{ "src/lib/long.ts": "// line\n".repeat(251) }],
    kept: [{ "src/lib/full.ts": "// line\n".repeat(250) }],
  },
  {
    says: "no function is longer than 70 lines",
    check: longFunctions,
    // Tests are stories: their length is that of what they tell.
    about: programs.filter(({ path }) => !path.endsWith(".test.ts")),
    broken: [
      { "src/lib/a.ts": `function a() {\n${"a();\n".repeat(69)}}` },
      { "src/lib/a.ts": `const a = () => {\n${"a();\n".repeat(69)}};` },
      { "src/lib/a.ts": `class A { #a() {\n${"a();\n".repeat(69)}} }` },
    ],
    kept: [{ "src/lib/a.ts": `/**\n${" * Why.\n".repeat(70)} */\nfunction a() {\n${"a();\n".repeat(68)}}` }],
  },
  {
    says: "the environment is read at the start only",
    check: environmentReads,
    about: src,
    broken: [
      { "src/web/a.ts": "const port = process.env.PORT;" },
      { "src/web/a.ts": 'const port = process["env"]["PORT"];' },
      { "src/app.ts": "const port = process.env?.PORT;" },
      { "src/web/a.ts": "const { env } = process;" },
      { "src/web/a.ts": 'import { env } from "node:process";' },
    ],
    kept: [
      { "src/main.ts": "start(process.env);" },
      { "src/config.ts": "const { env } = process;" },
      { "src/cli/run.ts": "start(process.env);" },
      { "src/web/a.ts": "process.on('exit', () => config.env); // not process.env" },
    ],
  },
  {
    says: "every export has a name",
    check: defaultExports,
    about: programs,
    broken: [{ "src/a.ts": "export default 1;" }, { "src/a.ts": "const a = 1; export { a as default };" }],
    kept: [{ "src/a.ts": 'export const a = 1; import t from "tap";' }],
  },
  {
    says: "a name is exported where it is made",
    check: barrels,
    about: programs,
    broken: [
      { "src/lib/index.ts": 'export * from "./ids.js";' },
      { "src/lib/index.ts": 'export type * from "./ids.js";' },
      { "src/lib/index.ts": 'export { id } from "./ids.js";' },
    ],
    kept: [{ "src/lib/ids.ts": "const id = 1; export { id };" }],
  },
  {
    says: "nothing is left to be done in a comment",
    check: leftovers,
    about: programs,
    broken: [{ "src/lib/a.ts": `// ${TO_DO}: later` }, { "src/lib/a.ts": `/* ${FIX_ME} */ const a = 1;` }],
    kept: [{ "src/lib/a.ts": 'const method = "TODO"; // A method is not a todo.' }],
  },
  {
    says: "a file's name says what is in it",
    check: namesThatSayNothing,
    about: programs,
    broken: [
      { "src/lib/string-utils.ts": "" },
      { "src/lib/helper.ts": "" },
      { "src/common/ids.ts": "" },
      { "src/db/data.ts": "" },
      { "src/db/session-manager.ts": "" },
    ],
    kept: [{ "src/db/data-source.ts": "", "src/lib/utility-bill.ts": "", "test/tidy.test.ts": "" }],
  },
  {
    says: "every file of pure code has a test of its name",
    check: filesWithoutTest,
    about: src.filter(({ path }) => /^src\/(lib|domain|cardstream|transcode)\//.test(path)),
    sees: programs,
    broken: [
      { "src/lib/ids.ts": "export function id(): string { return 'a'; }" },
      { "src/lib/ids.ts": "export type Id = string; export const a = 1;" },
      { "src/transcode/http/path.ts": "", "test/transcode/path.test.ts": "" },
      { "src/domain/money.ts": "", "test/domain/money.ts": "" },
    ],
    kept: [
      { "src/lib/ids.ts": "", "test/lib/ids.test.ts": "" },
      { "src/transcode/http/path.ts": "", "test/transcode/http/path.test.ts": "" },
      { "src/db/rows.ts": "", "src/main.ts": "" },
      { "src/lib/id.ts": 'import type { A } from "./a.js"; export type Id = A; export interface B {}' },
    ],
  },
  {
    says: "nothing names a folder of one machine",
    check: pathsOfAMachine,
    about: textsIn("."),
    broken: [
      { "README.md": `cd ${HOME}/anna/calmony-pay` },
      { "test/a.test.ts": `open("${TEMPORARY}/socket")` },
      { "package-lock.json": `"resolved": "https:${REGISTRY}.example.com/tap"` },
    ],
    kept: [{ "README.md": "GET /v1/home/x, /usr/bin/chromium, https://example.com/home/x" }],
  },
];

for (const rule of RULES) {
  t.test(rule.says, async (t) => {
    for (const texts of rule.broken)
      t.equal(rule.check(plant(texts)).length, 1, Object.keys(texts).join(", "));
    for (const texts of rule.kept) t.same(rule.check(plant(texts)), []);
    t.ok(rule.about.length > 0, "a guard that checked nothing must fail");
    t.same(rule.check(rule.sees ?? rule.about), []);
  });
}

function plant(texts: Planted): Source[] {
  return Object.entries(texts).map(([path, text]) => source(path, text));
}
