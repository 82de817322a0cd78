import type { SeededRandom } from "../simulation/seeded-random.js";
import { openApi } from "../support/openapi.js";
import type { Loose } from "../support/reflection.js";

/** What nobody expects in a field. */
const WILD: readonly Loose[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  1.5,
  1e-7,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  "",
  " ",
  "0",
  "00",
  "1e3",
  "true",
  "null",
  "NaN",
  "a".repeat(300),
  "ä".repeat(6000),
  "💶",
  "\ud800",
  "\u0000",
  "a\u0000b",
  "a\nb\tc",
  "\u202e\u2066",
  "\ufeffa",
  "__proto__",
  "constructor",
  "../..",
  "%00",
  "' OR 1=1 --",
  "{CHECKOUT_SESSION_ID}",
  "javascript:alert(1)",
  "http://[::1",
  "https://shop.example/\u0000",
  "<script>",
  [],
  {},
  [[]],
  [null],
  [{}],
  { "": "" },
  { constructor: 1 },
  Array.from({ length: 150 }, (_, each) => each),
  Object.fromEntries(Array.from({ length: 60 }, (_, each) => [`k${each}`, `${each}`])),
];

/** A value that no field expects. */
export function wildValue(random: SeededRandom): Loose {
  return structuredClone(WILD[random.number(WILD.length)]);
}

/** A text that is no id, and no parameter either. */
export function wildText(random: SeededRandom): string {
  const value = wildValue(random);
  return typeof value === "string" ? value : String(value);
}

/** A value that fits a schema of the document, or just does not. */
export function valueFor(random: SeededRandom, given: Loose): Loose {
  const schema = resolved(given);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[random.number(schema.enum.length)];
  const options: Loose[] | undefined = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return valueFor(random, options[random.number(options.length)]);
  switch ([schema.type].flat()[0]) {
    case "integer":
    case "number":
      return numberFor(random, schema);
    case "boolean":
      return random.chance(50);
    case "array":
      return Array.from({ length: lengthFor(random, schema.minItems, schema.maxItems) }, () =>
        valueFor(random, schema.items),
      );
    case "object":
      return objectFor(random, schema);
    case "null":
      return null;
    default:
      return textFor(random, schema);
  }
}

/** Follows a reference into the document. */
export function resolved(schema: Loose): Loose {
  const name: string | undefined = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : openApi.components.schemas[name];
}

function numberFor(random: SeededRandom, { minimum = -1000, maximum = 1_000_000_000 }: Loose): number {
  const edges = [minimum, maximum, minimum - 1, maximum + 1, 0, 1, 650];
  return edges[random.number(edges.length)] ?? 0;
}

function textFor(random: SeededRandom, { minLength = 0, maxLength = 200 }: Loose): string {
  const texts = ["gbp", "ada@example.com", "https://shop.example/a?b=c", "GB", "Größe & mehr", "2026-11-30"];
  const edges = [minLength, maxLength, maxLength + 1].map((length) => "x".repeat(Math.min(length, 6000)));
  return [...texts, ...texts, ...edges][random.number(texts.length * 2 + edges.length)] ?? "";
}

/** Mostly few. */
function lengthFor(random: SeededRandom, min = 0, max = 3): number {
  return random.chance(10) ? Math.min(max + 1, 120) : min + random.number(3);
}

function objectFor(random: SeededRandom, { properties, additionalProperties, required = [] }: Loose): Loose {
  if (properties === undefined) return entriesFor(random, additionalProperties);
  const made: Loose = {};
  for (const [name, schema] of Object.entries<Loose>(properties)) {
    if (random.chance(required.includes(name) ? 95 : 25)) made[name] = valueFor(random, schema);
  }
  return made;
}

/** Of a map, such as `metadata`. */
function entriesFor(random: SeededRandom, value: Loose): Loose {
  if (typeof value !== "object") return {};
  const names = ["order", "größe", "a b", "a[b]", "__proto__", "x".repeat(41)].slice(0, 1 + random.number(6));
  const entries = names.map((name): [string, Loose] => [name, valueFor(random, value)]);
  return Object.fromEntries(entries.slice(-1 - random.number(3)));
}
