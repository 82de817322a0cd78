import { importsOf, type Import, type Source, visit } from "./source-tree.js";

/** Lowest first: a folder imports only its own files, the folders before it, and `gen`. */
const LAYERS = ["lib", "domain", "cardstream", "db", "checkout", "transcode", "rpc", "web", "sandbox"];

/** The start: it may import everything. */
const TOP = "the start";

/** Rooms that are narrower than their place in the list. */
const ROOMS: Record<string, string[]> = {
  domain: ["lib"],
  transcode: ["lib", "gen/google"],
};

/** Imports that go up, leave their room, or leave the sources. */
export function importsAgainstTheLayers(sources: Source[]): string[] {
  return sources.flatMap((text) => importsOf(text).flatMap((one) => judge(text.path, one)));
}

function judge(importer: string, { target, line }: Import): string[] {
  if (target === undefined) return [];
  const from = folderOf(importer);
  const to = folderOf(target);
  if (mayImport(from, to, target)) return [];
  return [`${importer}:${line} (${from}) must not import ${target} (${to})`];
}

function mayImport(from: string, to: string, target: string): boolean {
  if (from === to) return true;
  const room = ROOMS[from];
  if (room) return room.includes(to) || room.some((folder) => target.startsWith(`${folder}/`));
  if (to === "gen") return true;
  const allowed = from === TOP ? LAYERS : LAYERS.slice(0, Math.max(0, LAYERS.indexOf(from)));
  return allowed.includes(to);
}

function folderOf(file: string): string {
  const [first = "", second = "", ...rest] = file.split("/");
  if (first !== "src") return first;
  return rest.length === 0 || second === "cli" ? TOP : second;
}

/** Folders of the sources that the list of layers does not know. */
export function foldersWithoutLayer(sources: Source[]): string[] {
  const folders = new Set(sources.map((text) => folderOf(text.path)));
  return [...folders].filter((folder) => folder !== TOP && !LAYERS.includes(folder));
}

/** Circles of imports, each once. Types count: who reads one file of a circle has to read them all. */
export function importCircles(sources: Source[]): string[] {
  const graph = new Map(sources.map((text) => [text.path, targetsOf(text)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const follow = (file: string, trail: string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) circles.push([...trail.slice(start), file].join(" -> "));
    if (start >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) follow(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) follow(file, []);
  return circles;
}

function targetsOf(text: Source): string[] {
  return importsOf(text).flatMap(({ target }) => (target === undefined ? [] : [target]));
}

/** Files of the migrations' folder that nothing in `src/db` imports by name: they would never run. */
export function migrationsNotListed(sources: Source[]): string[] {
  const listed = new Set(sources.filter((text) => text.path.startsWith("src/db/")).flatMap(targetsOf));
  return sources.map((text) => text.path).filter((file) => isMigration(file) && !listed.has(file));
}

/** Whether a file is in the migrations' folder; their list may lie beside them. */
export function isMigration(file: string): boolean {
  return file.startsWith("src/db/migrations/");
}

/** Some have hundreds of files, and their index reads them all: parts of typeorm and prom-client are imported one by one. */
const LARGE =
  /^(typeorm|mysql2(\/promise)?|libsql|cockatiel|prom-client|@bufbuild\/protovalidate|@connectrpc\/connect-node)$/;

/** They are imported themselves only when their package is needed, or declare types alone. */
const NOT_AT_THE_START = /^src\/(db\/(mysql|mysql-pool|sqlite)|rpc\/check-message|.*\.d)\.ts$/;

/** Imports that every start of a command would wait for. */
export function largeImports(sources: Source[]): string[] {
  const found: string[] = [];
  for (const text of sources.filter(({ path }) => !NOT_AT_THE_START.test(path))) {
    visit(text, (node) => {
      if (node.type !== "ImportDeclaration" || node.importKind === "type") return;
      if (LARGE.test(node.source.value)) found.push(`${text.path}: ${node.source.value}`);
    });
  }
  return found;
}
