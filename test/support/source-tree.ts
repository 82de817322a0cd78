import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parse, type ParseResult } from "@babel/parser";
import type { Node } from "@babel/types";

/** A text of the project under its path from the root, with `/`. */
export interface Source {
  path: string;
  text: string;
  /** Parsed on the first look: only programs can be. */
  tree: () => ParseResult;
}

/** One import or re-export, and the file that it names where that is one of ours. */
export interface Import {
  specifier: string;
  target: string | undefined;
  line: number;
}

const PROGRAM = /\.(ts|js)$|^bin\/[^.]+$/;

/** What git keeps out, or what is not ours. */
const NOT_OURS = /^(\.git|\.tap|\.dist-.*|node_modules|dist|data|.*\.log|\.env)$/;

export function source(file: string, text: string): Source {
  let tree: ParseResult | undefined;
  return {
    path: file,
    text,
    tree: () => (tree ??= parse(text, { sourceType: "module", plugins: ["typescript"] })),
  };
}

/** Every text below a folder of the project, `.` being all of it. */
export function textsIn(folder: string): Source[] {
  return filesBelow(folder).map((file) => source(file, readFileSync(file, "utf8")));
}

/** Every program below these folders. */
export function programsIn(...folders: string[]): Source[] {
  return folders.flatMap(textsIn).filter(({ path: file }) => PROGRAM.test(file));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (NOT_OURS.test(name)) return [];
    const file = path.posix.join(folder, name);
    return statSync(file).isDirectory() ? filesBelow(file) : [file];
  });
}

/** Visits every node of a text, outermost first. */
export function visit({ tree }: Source, visitor: (node: Node) => void): void {
  nodesOf(tree()).forEach(visitor);
}

function nodesOf(tree: ParseResult): readonly Node[] {
  const known = listed.get(tree);
  if (known !== undefined) return known;
  const nodes: Node[] = [];
  addNodes(tree.program, nodes);
  listed.set(tree, nodes);
  return nodes;
}

/** Found once for all rules: to look through a tree takes as long as to parse its text. */
const listed = new WeakMap<ParseResult, readonly Node[]>();

function addNodes(value: unknown, nodes: Node[]): void {
  if (Array.isArray(value)) return value.forEach((each) => addNodes(each, nodes));
  if (!isNode(value)) return;
  nodes.push(value);
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === "object" && key !== "loc" && !key.endsWith("Comments")) addNodes(child, nodes);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/** Everything that a text imports, types and dynamic imports too. */
export function importsOf(text: Source): Import[] {
  const found: Import[] = [];
  visit(text, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    found.push({ specifier, target: targetOf(text.path, specifier), line: node.loc?.start.line ?? 0 });
  });
  return found;
}

function specifierOf(node: Node): string | undefined {
  if (node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration") return node.source.value;
  if (node.type === "ExportNamedDeclaration") return node.source?.value;
  if (node.type === "TSImportType") return literal(node.argument);
  if (node.type === "CallExpression" && node.callee.type === "Import") return literal(node.arguments[0]);
  return undefined;
}

function literal(node: Node | undefined): string | undefined {
  return node?.type === "StringLiteral" ? node.value : undefined;
}

// The compiler wants the name of the compiled file.
function targetOf(importer: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return path.posix.join(path.posix.dirname(importer), specifier).replace(/\.js$/, ".ts");
}
