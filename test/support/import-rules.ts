import { importsOf, type Import, type Source, visit } from "./source-tree.js";

/** Lowest first: a folder imports only its own files, the folders before it, and `gen`. */
const LAYERS = [
  "lib",
  "domain",
  "cardstream",
  "db",
  "checkout",
  "transcode",
  "rpc",
  "webhooks",
  "web",
  "sandbox",
  "start",
  "cli",
];

/** The process itself: it may import everything. */
const TOP = "the process";

/** Layers that are narrower than their place in the list. */
const NARROW: Record<string, string[]> = {
  domain: ["lib"],
  transcode: ["lib", "gen/google"],
};

/** The layer's files that lie in no room. */
const LOOSE = "loose files";

/** The rooms inside a layer, lowest first: a room imports only its own files and the rooms before it. */
const ROOMS: Record<string, string[]> = {
  db: ["migrations", "engine", "mysql", "sqlite", LOOSE, "query", "tables"],
  checkout: [
    LOOSE,
    "events",
    "merchants",
    "customers",
    "testing",
    "gateway-messages",
    "payments",
    "refunds",
    "captures",
    "settlement",
    "results",
    "reconcile",
    "charges",
    "held",
    "sessions",
    "shopper",
    "webhooks",
  ],
  transcode: [
    "compiled",
    "errors",
    "text",
    "descriptors",
    "call",
    "json",
    "routing",
    "form",
    "http",
    "grpc",
    "connect",
  ],
  rpc: ["errors", "validation", "interceptors", "messages", "handlers", LOOSE],
  web: ["connections", "answers", "demo", "pages", "ports"],
  sandbox: ["protocol", "tables", "payments", "faults", "pages", "direct", "hosted", "search", LOOSE],
};

/** Imports that go up, leave their layer's bounds, or leave the sources. */
export function importsAgainstTheLayers(sources: Source[]): string[] {
  return sources.flatMap((text) => importsOf(text).flatMap((one) => problemOf(text.path, one)));
}

function problemOf(importer: string, { target, line }: Import): string[] {
  if (target === undefined) return [];
  const from = placeOf(importer);
  const to = placeOf(target);
  if (mayImport(from, to, target)) return [];
  return [`${importer}:${line} (${nameOf(from)}) must not import ${target} (${nameOf(to)})`];
}

/** Where a file lies. Its room is undefined where its layer has none. */
interface Location {
  readonly layer: string;
  readonly room: string | undefined;
}

function placeOf(file: string): Location {
  const [first = "", second = "", ...rest] = file.split("/");
  if (first !== "src") return { layer: first, room: undefined };
  if (rest.length === 0) return { layer: TOP, room: undefined };
  const room = rest.length > 1 ? rest[0] : LOOSE;
  return { layer: second, room: ROOMS[second] && room };
}

function nameOf({ layer, room }: Location): string {
  return room === undefined ? layer : `${layer}/${room}`;
}

function mayImport(from: Location, to: Location, target: string): boolean {
  if (from.layer === to.layer) return mayImportInside(from, to);
  const narrow = NARROW[from.layer];
  if (narrow) return narrow.includes(to.layer) || narrow.some((folder) => target.startsWith(`${folder}/`));
  if (to.layer === "gen") return true;
  const allowed = from.layer === TOP ? LAYERS : LAYERS.slice(0, Math.max(0, LAYERS.indexOf(from.layer)));
  return allowed.includes(to.layer);
}

function mayImportInside({ layer, room: from }: Location, { room: to }: Location): boolean {
  if (from === to) return true;
  const rooms = ROOMS[layer] ?? [];
  return rooms.indexOf(to ?? LOOSE) >= 0 && rooms.indexOf(to ?? LOOSE) < rooms.indexOf(from ?? LOOSE);
}

/**
 * What the files of a folder below `src` may import, as a README names it: layers and `gen` by their names, rooms as
 * `checkout/refunds`, the loose files of a layer as `checkout/*.ts`.
 */
export function importableFrom(folder: string): string[] {
  const [layer = "", room = LOOSE] = folder.split("/");
  const rooms = ROOMS[layer] ?? [];
  const before = rooms.slice(0, Math.max(0, rooms.indexOf(room)));
  const below = NARROW[layer] ?? [...LAYERS.slice(0, Math.max(0, LAYERS.indexOf(layer))), "gen"];
  return [...before.map((one) => `${layer}/${one === LOOSE ? "*.ts" : one}`), ...below];
}

/** Folders of the sources that neither the list of layers nor that of their rooms knows. */
export function foldersWithoutLayer(sources: Source[]): string[] {
  const unknown = sources.map((text) => placeOf(text.path)).filter((place) => !isKnown(place));
  return [...new Set(unknown.map(nameOf))];
}

function isKnown({ layer, room }: Location): boolean {
  if (layer === TOP) return true;
  return LAYERS.includes(layer) && (room === undefined || ROOMS[layer]?.includes(room) === true);
}

/** As many files as a reader can look over. Tables and migrations are found by their names. */
const FILES_MAX = 20;

/** Folders with more files than a reader can look over. */
export function crowdedFolders(sources: Source[]): string[] {
  const counts = new Map<string, number>();
  for (const { path: file } of sources) {
    const folder = file.slice(0, file.lastIndexOf("/"));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([folder, count]) => count > FILES_MAX && !/\/(tables|migrations)$/.test(folder))
    .map(([folder, count]) => `${folder} has ${count} files`);
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

/** Files of the migrations' folder that nothing else imports by name: they would never run. */
export function migrationsNotListed(sources: Source[]): string[] {
  const listed = new Set(sources.filter(({ path }) => LISTS.test(path)).flatMap(targetsOf));
  return sources.map((text) => text.path).filter((file) => isMigration(file) && !listed.has(file));
}

/** Files from which a start takes its migrations. */
const LISTS = /^src\/(start|db)\//;

/** Whether a file is in the migrations' folder; their list may lie beside them. */
export function isMigration(file: string): boolean {
  return file.startsWith("src/db/migrations/");
}

/**
 * Some have hundreds of files, and their index reads them all: parts of typeorm and prom-client, and of undici, are
 * imported one by one.
 */
const LARGE =
  /^(typeorm|mysql2(\/promise)?|libsql|cockatiel|prom-client|undici(\/.*)?|@bufbuild\/protovalidate|@connectrpc\/connect-node)$/;

/** They are imported themselves only when their package is needed, or declare types alone. */
const NOT_AT_THE_START =
  /^src\/(db\/(mysql\/mysql|mysql\/mysql-pool|sqlite\/sqlite)|rpc\/validation\/protovalidate|webhooks\/kept-connections|.*\.d)\.ts$/;

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
