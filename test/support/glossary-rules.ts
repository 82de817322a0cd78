import { PLAIN_WORDS } from "./plain-words.js";
import type { Source } from "./source-tree.js";

/** The page of the words. */
export const GLOSSARY = "docs/glossary.md";

/** Words of exported names of the domain that are neither plain English nor in the glossary. */
export function wordsNotExplained(sources: Source[]): string[] {
  const explained = new Set(entriesOf(sources).flatMap(([word = ""]) => wordsIn(word)));
  const found = new Map<string, string>();
  for (const { path: file, text } of sources.filter(isOfTheDomain)) {
    for (const name of exportedNames(text)) {
      for (const word of wordsIn(name)) {
        if (!explained.has(word) && !PLAIN_WORDS.has(word)) found.set(word, `${word} (${name} in ${file})`);
      }
    }
  }
  return [...found.values()];
}

/** Entries of the glossary that stand before the one above them, stand twice, or lack one of their four parts. */
export function entriesOutOfOrder(sources: Source[]): string[] {
  return entriesOf(sources).flatMap((entry, index, entries) => {
    const [word = ""] = entry;
    const [before = ""] = entries[index - 1] ?? [];
    const isWhole = entry.length === 4 && entry.every((part) => part !== "");
    return isWhole && before.toLowerCase() < word.toLowerCase() ? [] : [word];
  });
}

/** The rows of the table below its head, each as its cells. */
function entriesOf(sources: Source[]): string[][] {
  const page = sources.find(({ path: file }) => file === GLOSSARY)?.text ?? "";
  return page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function isOfTheDomain({ path: file }: Source): boolean {
  return /^src\/(domain|checkout)\/.*\.ts$/.test(file);
}

function exportedNames(text: string): string[] {
  const exported = /^export (?:async )?(?:abstract )?(?:function|class|const|interface|type) (\w+)/gm;
  return [...text.matchAll(exported)].map(([, name = ""]) => name);
}

/** The words of a name or a text, in lower case: `LIFE_MAX_MS` has three, `newXref` two. */
function wordsIn(text: string): string[] {
  const words = text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}
