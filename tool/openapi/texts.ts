import type { AnyDesc, DescFile } from "@bufbuild/protobuf";
import { getComments } from "@bufbuild/protoplugin";
import { Code } from "@connectrpc/connect";

import { httpStatusOf } from "../../src/transcode/errors/http-status.js";

/** The comment of a declaration, one line per paragraph, in HTTP's terms. Throws where there is none. */
export function descriptionOf(desc: Exclude<AnyDesc, DescFile>): string {
  const paragraphs = (getComments(desc).leading ?? "").trim().split(/\n\s*\n/);
  const text = paragraphs
    .map((lines) =>
      lines
        .split("\n")
        .map((line) => line.trim())
        .join(" "),
    )
    .join("\n\n");
  if (text === "") throw new Error(`${desc.toString()} has no comment`);
  return inWordsOfHttp(text);
}

/** Splits a text into its first sentence, without the full stop, and the rest. */
export function firstSentence(text: string): { sentence: string; rest: string } {
  const [sentence = ""] = /^.*?\.(?=\s|$)/s.exec(text) ?? [text];
  return { sentence: sentence.replace(/\.$/, ""), rest: text.slice(sentence.length).trim() };
}

/** The comments name gRPC codes, which merchants of the JSON API never see. */
function inWordsOfHttp(text: string): string {
  return text.replaceAll(
    /\b[A-Z]+(_[A-Z]+)+\b|\b(ABORTED|UNAVAILABLE)\b/g,
    (word) => STATUSES.get(word) ?? word,
  );
}

const STATUSES = new Map(
  Object.values(Code)
    .filter((code) => typeof code === "number")
    .map((code) => [upperSnake(Code[code] ?? ""), String(httpStatusOf(code))]),
);

function upperSnake(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
