import { create, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import t from "tap";

import { protovalidate } from "../../src/rpc/validation/protovalidate.js";
import { Refusal } from "../../src/domain/refusal.js";
import { services } from "../support/services.js";

/** Where people write several lines. */
const OF_SEVERAL_LINES = /metadata\["key"\]$|^note$|^description$/;

const LINES = ["\t", "\n", "\r"];
const OTHERS = [
  "\0",
  "\u0001",
  "\b",
  "\u000b",
  "\f",
  "\u000e",
  "\u001b",
  "\u001f",
  "\u007f",
  "\u0080",
  "\u0085",
  "\u009f",
];

/** A message in which one text stands, and where that is. */
interface Planted {
  readonly path: string;
  readonly init: Record<string, unknown>;
}

/** One message for each place of a type in which a text can stand, the keys of maps included. */
function plant(desc: DescMessage, text: string): Planted[] {
  return desc.fields.flatMap((field) => plantIn(field, text));
}

function plantIn(field: DescField, text: string): Planted[] {
  const { name, localName } = field;
  if (field.fieldKind === "map") {
    t.ok(
      field.mapKey === ScalarType.STRING && field.scalar === ScalarType.STRING,
      `${name} is a map of texts`,
    );
    return [
      { path: `${name}[${JSON.stringify(text)}]`, init: { [localName]: { [text]: "" } } },
      { path: `${name}["key"]`, init: { [localName]: { key: text } } },
    ];
  }
  const inside = field.message !== undefined ? plant(field.message, text) : undefined;
  if (inside !== undefined) {
    const isList = field.fieldKind === "list";
    return inside.map(({ path, init }) => ({
      path: `${name}${isList ? "[0]" : ""}.${path}`,
      init: { [localName]: isList ? [init] : init },
    }));
  }
  if (field.scalar !== ScalarType.STRING) return [];
  const isList = field.fieldKind === "list";
  return [{ path: isList ? `${name}[0]` : name, init: { [localName]: isList ? [text] : text } }];
}

/** The fields that are refused. */
function refused(desc: DescMessage, { init }: Planted): string[] {
  try {
    protovalidate(desc, create(desc, init));
    return [];
  } catch (error) {
    if (error instanceof Refusal) return error.violations.map(({ field }) => field);
    throw error;
  }
}

const inputs = new Set(services.flatMap(({ methods }) => methods.map(({ input }) => input)));

t.test("every text of every request is refused by its name where it holds a control character", async (t) => {
  let texts = 0;
  for (const desc of inputs) {
    for (const character of [...OTHERS, ...LINES]) {
      for (const planted of plant(desc, `a${character}b`)) {
        texts++;
        const takesLines = OF_SEVERAL_LINES.test(planted.path) && LINES.includes(character);
        const fields = refused(desc, planted).map((field) => field.replaceAll(/[^\x20-\x7e]/g, "?"));
        const path = planted.path.replaceAll(/\\u[0-9a-f]{4}|\\[bfnrt]|[^\x20-\x7e]/g, "?");
        const said = fields.map((field) => field.replaceAll(/\\u[0-9a-f]{4}|\\[bfnrt]/g, "?"));
        const about = `${desc.name}.${path} ${JSON.stringify(character)}`;
        if (said.includes(path) === takesLines) t.fail(about);
      }
    }
  }
  t.ok(texts > 500, `${texts} texts`);
});

t.test(
  "what is no control character is a text: noncharacters, other planes, marks of direction",
  async (t) => {
    const taken = ["\uffff", "\ufdd0", "😀", "\u200f", "\ufeff", "\u2028", "é"];
    for (const desc of inputs) {
      const field = desc.fields.find(({ name }) => name === "metadata");
      if (field === undefined) continue;
      for (const text of taken)
        for (const planted of plantIn(field, text)) {
          const wrong = refused(desc, planted).filter((name) => name.startsWith("metadata"));
          // By its number: some of them end a line of the report.
          t.same(wrong, [], `${desc.name} ${text.codePointAt(0)?.toString(16)}`);
        }
    }
  },
);
