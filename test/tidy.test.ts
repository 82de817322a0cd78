import { gatewayWords } from "./support/gateway-words.js";
import { holdTo, type HouseRule } from "./support/house-rules.js";
import { programsIn, textsIn } from "./support/source-tree.js";
import {
  asksCanParse,
  barrels,
  defaultExports,
  environmentReads,
  filesWithoutTest,
  leftovers,
  longFiles,
  longFunctions,
  namesThatSayNothing,
  pathsOfAMachine,
  wideComments,
} from "./support/text-rules.js";

const src = programsIn("src");
const programs = [...src, ...programsIn("bin", "test", "tool")].filter(({ path }) => !path.includes("/gen/"));

// Apart from what follows them in the planted texts: this file keeps the rules too.
const [HOME, TEMPORARY, REGISTRY, TO_DO, FIX_ME] = ["/home", "/tmp", "//registry", "TODO", "FIXME"];

const RULES: HouseRule[] = [
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
      { "src/start/app.ts": "const port = process.env?.PORT;" },
      { "src/web/a.ts": "const { env } = process;" },
      { "src/web/a.ts": 'import { env } from "node:process";' },
    ],
    kept: [
      { "src/main.ts": "start(process.env);" },
      { "src/start/config.ts": "const { env } = process;" },
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
    says: "no comment is wider than 120 columns",
    check: wideComments,
    about: programs,
    broken: [
      { "src/lib/a.ts": `// ${"a".repeat(118)}` },
      { "src/lib/a.ts": `const a = 1; // ${"a".repeat(105)}` },
      { "src/lib/a.ts": `/** ${"a".repeat(114)} */` },
      { "src/lib/a.ts": `/**\n * ${"a".repeat(118)}\n */` },
    ],
    kept: [
      { "src/lib/a.ts": `// ${"a".repeat(117)}\n/**\n * ${"a".repeat(117)}\n */` },
      { "src/lib/a.ts": `const a = "${"a".repeat(120)}";` },
    ],
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
    says: "the gateway's codes, states and actions are written in one file",
    check: gatewayWords,
    about: src,
    broken: [
      { "src/domain/a.ts": "const DUPLICATE = 65554;" },
      { "src/cardstream/a.ts": 'const cancelled = code === "65576";' },
      { "src/domain/a.ts": "const isDone = (result) => result.responseCode === 0;" },
      { "src/sandbox/direct/a.ts": 'const answer = { responseStatus: "0" };' },
      { "src/domain/a.ts": 'const PAID = new Set(["captured"]);' },
      { "src/sandbox/tables/a.ts": 'export interface A { readonly state: "tendered" }' },
      { "src/checkout/a.ts": 'const isGone = state === "canceled";' },
      { "src/cardstream/a.ts": 'const fields = [["action", "SALE"]];' },
      { "src/domain/a.ts": 'const TELLS = action === "CANCEL:SALE";' },
    ],
    kept: [
      { "src/domain/gateway-codes.ts": "export const RESPONSE_CODE = { IN_PROGRESS: 65536 };" },
      { "src/domain/a.ts": 'const silent = state === "" || responseCode === undefined;' },
      { "src/domain/a.ts": 'const outcome = "declined"; const most = 65535;' },
    ],
  },
  {
    says: "no URL is asked of canParse",
    check: asksCanParse,
    about: src,
    broken: [{ "src/domain/a.ts": "export const isUrl = (text) => URL.canParse(text);" }],
    kept: [{ "src/domain/a.ts": "export const isUrl = (text) => parseUrl(text) !== undefined;" }],
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

holdTo(RULES);
