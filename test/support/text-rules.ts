import type { Node } from "@babel/types";
import { visit, type Source } from "./source-tree.js";

const FILE_LINES_MAX = 250;
const FUNCTION_LINES_MAX = 70;
const COMMENT_COLUMNS_MAX = 120;

export function longFiles(sources: Source[]): string[] {
  return sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > FILE_LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** The comment before a function is not part of its length. */
export function longFunctions(sources: Source[]): string[] {
  return where(sources, (node) => {
    if (!FUNCTIONS.has(node.type) || !node.loc) return undefined;
    const lines = node.loc.end.line - node.loc.start.line + 1;
    return lines > FUNCTION_LINES_MAX ? `a function of ${lines} lines` : undefined;
  });
}

const FUNCTIONS = new Set<Node["type"]>([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ObjectMethod",
  "ClassMethod",
  "ClassPrivateMethod",
]);

/** Where the environment may be read: everything else is handed a checked configuration. */
const READS_ENVIRONMENT = /^src\/(main|start\/config)\.ts$|^src\/cli\//;

export function environmentReads(sources: Source[]): string[] {
  return where(
    sources.filter((text) => !READS_ENVIRONMENT.test(text.path)),
    (node) => (isEnvironmentRead(node) ? "reads the environment" : undefined),
  );
}

function isEnvironmentRead(node: Node): boolean {
  if (node.type === "ImportDeclaration") return /^(node:)?process$/.test(node.source.value);
  if (node.type === "VariableDeclarator") return node.id.type === "ObjectPattern" && isProcess(node.init);
  const isMember = node.type === "MemberExpression" || node.type === "OptionalMemberExpression";
  return isMember && isProcess(node.object) && nameOf(node.property) === "env";
}

/** Once it is optimized, Node 20's `URL.canParse` refuses letters beyond ASCII: `parseUrl` does not. */
export function asksCanParse(sources: Source[]): string[] {
  return where(sources, (node) =>
    node.type === "MemberExpression" && nameOf(node.property) === "canParse" ? "asks canParse" : undefined,
  );
}

function isProcess(node: Node | null | undefined): boolean {
  return node?.type === "Identifier" && node.name === "process";
}

function nameOf(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "StringLiteral" ? node.value : undefined;
}

export function defaultExports(sources: Source[]): string[] {
  return where(sources, (node) => {
    const isDefault =
      node.type === "ExportDefaultDeclaration" ||
      (node.type === "ExportSpecifier" && nameOf(node.exported) === "default");
    return isDefault ? "a default export" : undefined;
  });
}

/** Files that pass on what others export: they hide who provides a name. */
export function barrels(sources: Source[]): string[] {
  return where(sources, (node) => {
    const passesOn =
      node.type === "ExportAllDeclaration" || (node.type === "ExportNamedDeclaration" && !!node.source);
    return passesOn ? "an export from another file" : undefined;
  });
}

export function leftovers(sources: Source[]): string[] {
  return sources.flatMap(({ path, tree }) =>
    (tree().comments ?? [])
      .filter((comment) => /\b(TODO|FIXME|XXX|HACK)\b/.test(comment.value))
      .map((comment) => `${path}:${comment.loc?.start.line}: ${comment.value.trim()}`),
  );
}

/** Prettier wraps code at 110 columns, and leaves comments as they are. */
export function wideComments(sources: Source[]): string[] {
  return sources.flatMap(({ path, text, tree }) => {
    const lines = text.split("\n");
    return (tree().comments ?? []).flatMap(({ loc }) => {
      if (!loc) return [];
      const own = lines.slice(loc.start.line - 1, loc.end.line - 1);
      const columns = [...own.map((line) => line.length), loc.end.column];
      return columns.flatMap((width, index) =>
        width > COMMENT_COLUMNS_MAX ? [`${path}:${loc.start.line + index}: ${width} columns`] : [],
      );
    });
  });
}

const SAYS_NOTHING =
  /(^|[-_.])(util|utils|utilities|manager|helper|helpers|misc|common)([-_.]|$)|^(data|info)\./;

export function namesThatSayNothing(sources: Source[]): string[] {
  return paths(sources).filter((file) => file.split("/").some((part) => SAYS_NOTHING.test(part)));
}

/** Folders of pure code: each file there that does anything has a test of the same name. */
const TESTED_BY_NAME = /^src\/((lib|domain|cardstream|transcode)\/.+)\.ts$/;

export function filesWithoutTest(sources: Source[]): string[] {
  const known = new Set(paths(sources));
  const untested = sources.filter(({ path }) => {
    const name = TESTED_BY_NAME.exec(path)?.[1];
    return name !== undefined && !known.has(`test/${name}.test.ts`);
  });
  return paths(untested.filter((text) => !isTypesOnly(text)));
}

/** Nothing of such a file is left once it is compiled. */
function isTypesOnly({ tree }: Source): boolean {
  const { body } = tree().program;
  return body.length > 0 && body.every(isType);
}

function isType(node: Node | null | undefined): boolean {
  if (node?.type === "ExportNamedDeclaration") return node.exportKind === "type" || isType(node.declaration);
  if (node?.type === "ImportDeclaration") return node.importKind === "type";
  return node?.type === "TSInterfaceDeclaration" || node?.type === "TSTypeAliasDeclaration";
}

/** Folders of one machine, and addresses of one network's package registry. */
const OF_A_MACHINE = /(?<![\w.-])\/(work|root|tmp|home|Users)\/[\w.]|[a-z]:\\Users\\|:\/\/registry\./i;

export function pathsOfAMachine(sources: Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, index) => (OF_A_MACHINE.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

function paths(sources: Source[]): string[] {
  return sources.map(({ path }) => path);
}

function where(sources: Source[], complaint: (node: Node) => string | undefined): string[] {
  const found: string[] = [];
  for (const text of sources) {
    visit(text, (node) => {
      const words = complaint(node);
      if (words) found.push(`${text.path}:${node.loc?.start.line}: ${words}`);
    });
  }
  return found;
}
