import path from "node:path";
import type { Source } from "./source-tree.js";

/** The page of the pictures and walks. */
export const ARCHITECTURE = "docs/architecture.md";

/** Folders of the sources that the picture of the rooms lacks, and rooms in it that are no folders. */
export function roomsDrawnWrong(sources: Source[]): string[] {
  const picture = /```mermaid\n([^]*?)```/.exec(pageOf(sources))?.[1] ?? "";
  return difference(namesIn(picture, /\["([^"]+)"\]/g), roomsOf(sources), "in the picture of the rooms");
}

/** Paths below `src` of the folders with programs in them, and of the folders around these. */
function roomsOf(sources: Source[]): string[] {
  const rooms = new Set<string>();
  for (const { path: file } of sources.filter(isProgram)) {
    for (let at = path.posix.dirname(file); at.startsWith("src/"); at = path.posix.dirname(at))
      rooms.add(at.slice("src/".length));
  }
  return [...rooms];
}

/** Tables of the sources that no erDiagram has, and entities of one that are no tables. */
export function tablesDrawnWrong(sources: Source[]): string[] {
  const diagrams = [...pageOf(sources).matchAll(/erDiagram\n([^]*?)```/g)].map(([text]) => text);
  const drawn = namesIn(diagrams.join("\n"), /^ {2}(\w+) \{/gm);
  const texts = sources.filter(isProgram).map(({ text }) => text);
  return difference(drawn, namesIn(texts.join("\n"), TABLE), "in a picture of the tables");
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

const TABLE = /new EntitySchema(?:<\w+>)?\(\{\s*name: "(\w+)"/g;

/** Walks whose heading counts otherwise than their rows, or whose rows are not numbered one after the other. */
export function walksMiscounted(sources: Source[]): string[] {
  const [, walks = ""] = pageOf(sources).split("## The five walks\n");
  return walks
    .split(/^### /m)
    .slice(1)
    .flatMap((walk) => {
      const said = Number(/^.*: (\d+) files\n/.exec(walk)?.[1]);
      const numbers = [...walk.matchAll(/^\| +(\d+) \| \[/gm)].map(([, number]) => Number(number));
      const right = numbers.length === said && numbers.every((number, index) => number === index + 1);
      return right ? [] : [`${walk.split("\n", 1)[0]}: ${numbers.length} rows`];
    });
}

/** The moves of the state machine below a heading, as `from --> to`; how it begins and ends is no move. */
export function movesDrawn(page: string, heading: string): string[] {
  const [, part = ""] = page.split(`### ${heading}\n`);
  const picture = /stateDiagram-v2\n([^]*?)```/.exec(part)?.[1] ?? "";
  return [...picture.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} --> ${to}`).sort();
}

function pageOf(sources: Source[]): string {
  return sources.find(({ path: file }) => file === ARCHITECTURE)?.text ?? "";
}

function isProgram({ path: file }: Source): boolean {
  return file.startsWith("src/") && file.endsWith(".ts");
}

function difference(drawn: readonly string[], real: readonly string[], where: string): string[] {
  const missing = [...new Set(real)].filter((name) => !drawn.includes(name));
  const invented = [...new Set(drawn)].filter((name) => !real.includes(name));
  return [
    ...missing.map((name) => `${name} is not ${where}`),
    ...invented.map((name) => `${name} is ${where} only`),
  ];
}
