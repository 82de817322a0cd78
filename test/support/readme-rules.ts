import path from "node:path";
import { importableFrom } from "./import-rules.js";
import type { Source } from "./source-tree.js";

/** A README that is longer is not read; one that is shorter says nothing. */
const LINES_MIN = 3;
const LINES_MAX = 20;

/** Folders of the sources without a README, or with one that is too short or too long. */
export function foldersWithoutReadme(sources: Source[]): string[] {
  const readmes = new Map(sources.map(({ path: file, text }) => [file, text.trimEnd().split("\n").length]));
  return foldersOf(sources)
    .map((folder) => `${folder}/README.md`)
    .filter((file) => {
      const lines = readmes.get(file) ?? 0;
      return lines < LINES_MIN || lines > LINES_MAX;
    });
}

/** Every folder with a file in it or below it. */
function foldersOf(sources: Source[]): string[] {
  const folders = new Set<string>();
  for (const { path: file } of sources) {
    for (let at = path.posix.dirname(file); at !== "."; at = path.posix.dirname(at)) folders.add(at);
  }
  return [...folders];
}

const README = /^src\/(.+)\/README\.md$/;

/** READMEs whose paragraph "May import" names other folders than the rules allow. */
export function importsSaidWrong(sources: Source[]): string[] {
  return sources.flatMap(({ path: file, text }) => {
    const folder = README.exec(file)?.[1];
    if (folder === undefined) return [];
    const said = namedIn(text.split("\n\n").find((paragraph) => paragraph.startsWith("May import:")) ?? "");
    const allowed = named(importableFrom(folder));
    return said === allowed ? [] : [`${file} must say: May import: ${allowed}`];
  });
}

function namedIn(paragraph: string): string {
  return named([...paragraph.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

function named(folders: string[]): string {
  return folders
    .sort()
    .map((folder) => `\`${folder}\``)
    .join(", ");
}
