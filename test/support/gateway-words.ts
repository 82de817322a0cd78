import type { Node } from "@babel/types";

import { ACTION, STATE } from "../../src/domain/gateway-codes.js";
import { type Source, visit } from "./source-tree.js";

/** Where all of it stands. */
const HOME = "src/domain/gateway-codes.ts";

/** The gateway's codes, states and actions that are written out anywhere else: of two that differ one is wrong. */
export function gatewayWords(sources: Source[]): string[] {
  const found: string[] = [];
  for (const text of sources.filter(({ path }) => path !== HOME)) {
    visit(text, (node) => {
      for (const word of wordsOf(node)) found.push(`${text.path}:${node.loc?.start.line}: ${word}`);
    });
  }
  return found;
}

function wordsOf(node: Node): (string | number)[] {
  if (node.type === "NumericLiteral") return isGatewayCode(node.value) ? [node.value] : [];
  if (node.type === "StringLiteral") return isWord(node.value) ? [node.value] : [];
  return literalsOf(node).filter((value) => !isGatewayCode(Number(value)) && !isWord(String(value)));
}

/** Of the gateway's own codes, those that it names in its guide. */
function isGatewayCode(value: number): boolean {
  return value >= 65_536 && value < 67_072;
}

/** `declined` and `canceled` are also what we call a result and an intent, `REFUND` an object that is expanded. */
const WORDS: ReadonlySet<string> = new Set(
  [...Object.values(STATE), ...Object.values(ACTION)].filter(
    (word) => !/^(declined|canceled|REFUND)$/.test(word),
  ),
);

function isWord(text: string): boolean {
  return WORDS.has(text) || /^[A-Z_]+:(SALE|REFUND_SALE)$/.test(text) || /^6(5[5-9]|6|70)\d+$/.test(text);
}

/** Literals that a code, a status or a state is set to or compared with. An empty text says that there is none. */
function literalsOf(node: Node): (string | number)[] {
  if (node.type === "BinaryExpression") {
    if (SUBJECTS.has(nameOf(node.left))) return valueOf(node.right);
    return SUBJECTS.has(nameOf(node.right)) ? valueOf(node.left) : [];
  }
  return node.type === "ObjectProperty" && SUBJECTS.has(nameOf(node.key)) ? valueOf(node.value) : [];
}

const SUBJECTS: ReadonlySet<string> = new Set(["responseCode", "responseStatus", "state"]);

function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "MemberExpression" ? nameOf(node.property) : "";
}

function valueOf(node: Node): (string | number)[] {
  if (node.type === "NumericLiteral") return [node.value];
  return node.type === "StringLiteral" && node.value !== "" ? [node.value] : [];
}
