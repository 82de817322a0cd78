import { create } from "@bufbuild/protobuf";
import {
  DurationSchema,
  FieldMaskSchema,
  TimestampSchema,
  type Duration,
  type FieldMask,
  type Timestamp,
} from "@bufbuild/protobuf/wkt";
import { FieldProblem } from "../errors/field-problem.js";

const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Parses RFC 3339 with any offset, an existing day, from year 1 to 9999 in UTC. Throws a FieldProblem. */
export function timestampOf(text: string): Timestamp {
  const match = TIMESTAMP.exec(text);
  if (match === null) throw new FieldProblem(TIMESTAMP_TEXT);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six;
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day || month < 1 || month > 12)
    throw new FieldProblem(TIMESTAMP_TEXT);
  const local = midnight / 1000 + hour * 3600 + minute * 60 + second;
  const seconds = local - offsetSeconds(match[8], match[9], match[10]);
  if (seconds < YEAR_1 || seconds > YEAR_9999_END) throw new FieldProblem(TIMESTAMP_TEXT);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: nanosOf(match[7]) });
}

type Six = [number, number, number, number, number, number];

const TIMESTAMP_TEXT = "must be a time like 2024-02-29T12:00:00Z";
const YEAR_1 = -62135596800;
const YEAR_9999_END = 253402300799;

function offsetSeconds(sign = "+", hours = "0", minutes = "0"): number {
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

function nanosOf(digits = ""): number {
  return Number(digits.padEnd(9, "0"));
}

/** Formats a timestamp in UTC with 0, 3, 6 or 9 decimals. */
export function timestampText({ seconds, nanos }: Timestamp): string {
  const known = seconds >= BigInt(YEAR_1) && seconds <= BigInt(YEAR_9999_END);
  if (!known || nanos < 0 || nanos > 999_999_999) throw new RangeError("a Timestamp is out of range");
  const time = new Date(Number(seconds) * 1000).toISOString();
  return `${time.slice(0, -5)}${decimals(nanos)}Z`;
}

const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;

/**
 * Parses seconds with up to nine decimals and an `s`: `1.5s`. Within about 10,000 years either way. Throws a
 * FieldProblem.
 */
export function durationOf(text: string): Duration {
  const match = DURATION.exec(text);
  if (match === null || Number(match[2]) > DURATION_MAX)
    throw new FieldProblem("must be a duration like 1.5s");
  const sign = match[1] === "-" ? -1 : 1;
  const nanos = sign * nanosOf(match[3]);
  return create(DurationSchema, {
    seconds: BigInt(sign) * BigInt(match[2] ?? 0),
    nanos: nanos === 0 ? 0 : nanos,
  });
}

const DURATION_MAX = 315_576_000_000;

/** Formats a duration with 0, 3, 6 or 9 decimals. */
export function durationText({ seconds, nanos }: Duration): string {
  const size = seconds < 0n ? -seconds : seconds;
  const mixed = (seconds > 0n && nanos < 0) || (seconds < 0n && nanos > 0);
  if (mixed || size > BigInt(DURATION_MAX) || Math.abs(nanos) > 999_999_999) {
    throw new RangeError("a Duration is out of range");
  }
  return `${seconds < 0n || nanos < 0 ? "-" : ""}${size}${decimals(Math.abs(nanos))}s`;
}

function decimals(nanos: number): string {
  if (nanos === 0) return "";
  const digits = String(nanos).padStart(9, "0");
  return `.${digits.endsWith("000000") ? digits.slice(0, 3) : digits.endsWith("000") ? digits.slice(0, 6) : digits}`;
}

/** `*` stands for every field, as update masks use it. */
const MASK_PATH = /^(?:[A-Za-z_]\w*|\*)(?:\.(?:[A-Za-z_]\w*|\*))*$/;

/**
 * Parses a comma-separated list of field paths in lowerCamelCase, as in ProtoJSON; `snake` accepts proto
 * names as well.
 */
export function fieldMaskOf(text: string, snake: boolean): FieldMask {
  if (text === "") return create(FieldMaskSchema);
  const paths = text.split(",").map((path) => {
    if (!MASK_PATH.test(path) || (!snake && path.includes("_"))) {
      throw new FieldProblem("must be a list of field names, separated by commas");
    }
    return path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  });
  return create(FieldMaskSchema, { paths });
}

/**
 * Formats a mask in lowerCamelCase, as ProtoJSON does. Throws for a path that does not convert back to its
 * proto name.
 */
export function fieldMaskText(mask: FieldMask): string {
  return mask.paths.map(camelPath).join(",");
}

function camelPath(path: string): string {
  const camel = path.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (/[A-Z]/.test(path) || camel.includes("_"))
    throw new RangeError("a FieldMask path has no lowerCamelCase form");
  return camel;
}
