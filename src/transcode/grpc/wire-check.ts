import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { memoize } from "../../lib/memoize.js";
import { checkCount, type CountMax } from "../descriptors/count-limit.js";
import { FieldProblem, inside, quoted } from "../errors/field-problem.js";
import { DEPTH_MAX } from "../json/json-text.js";
import { checkKey } from "../json/scalar-json.js";

/**
 * Scans a message's bytes without decoding them. Throws a FieldProblem at the first element above a limit: of
 * a list, of a map, of unknown fields, or of nesting. Bytes that are no message may pass, or throw
 * protobuf-es's Error: decoding them fails afterwards.
 */
export function checkWire(desc: DescMessage, bytes: Uint8Array, countMax: CountMax): void {
  new WireCheck(bytes, countMax).message(desc, bytes.byteLength);
}

/** Limit of unknown fields: a newer client may send some that this server does not know yet. */
const UNKNOWN_MAX = 100;

const fieldsOf = memoize((desc: DescMessage) => new Map(desc.fields.map((field) => [field.number, field])));

class WireCheck {
  readonly #reader: BinaryReader;
  readonly #countMax: CountMax;
  #depth = 0;
  #unknown = 0;

  constructor(bytes: Uint8Array, countMax: CountMax) {
    this.#reader = new BinaryReader(bytes);
    this.#countMax = countMax;
  }

  message(desc: DescMessage, end: number): void {
    this.#deeper();
    const fields = fieldsOf(desc);
    const counts = new Map<DescField, number>();
    while (this.#reader.pos < end) {
      const [number, wireType] = this.#reader.tag();
      const field = fields.get(number);
      if (field === undefined) this.#unknownField(number, wireType);
      else this.#field(field, wireType, counts);
    }
    this.#depth--;
  }

  #deeper(): void {
    if (++this.#depth > DEPTH_MAX) throw new FieldProblem(`must not be nested more than ${DEPTH_MAX} deep`);
  }

  #field(field: DescField, wireType: WireType, counts: Map<DescField, number>): void {
    const isMany = field.fieldKind === "list" || field.fieldKind === "map";
    const index = counts.get(field) ?? 0;
    const own = wireTypeOf(field);
    const packed = wireType !== own && wireType === WireType.LengthDelimited && field.fieldKind === "list";
    try {
      // protobuf-es would misread its bytes.
      if (wireType !== own && !packed) throw new FieldProblem("does not have the wire type of its field");
      const count = index + (packed ? this.#packed(own) : 1);
      counts.set(field, count);
      if (isMany) checkCount(count, this.#countMax(field));
      if (!packed) this.#value(field, wireType, index);
    } catch (error) {
      throw inside(field.name, error);
    }
  }

  /** Counts the numbers of a packed field. */
  #packed(own: WireType): number {
    const length = this.#reader.uint32();
    const end = this.#reader.pos + length;
    let count = 0;
    while (this.#reader.pos < end) {
      this.#reader.skip(own);
      count++;
    }
    return count;
  }

  #value(field: DescField, wireType: WireType, index: number): void {
    if (wireType === WireType.StartGroup) return this.#group();
    if (wireType !== WireType.LengthDelimited) return void this.#reader.skip(wireType, field.number);
    const end = this.#reader.uint32() + this.#reader.pos;
    if (field.fieldKind === "map") this.#entry(field.message, end);
    else if (field.message === undefined) this.#reader.pos = end;
    else {
      try {
        this.message(field.message, end);
      } catch (error) {
        throw field.fieldKind === "list" ? inside(`[${index}]`, error) : error;
      }
    }
  }

  /** Checks a map entry; protobuf-es would silently lose the key `__proto__`. */
  #entry(value: DescMessage | undefined, end: number): void {
    let key = "";
    try {
      while (this.#reader.pos < end) {
        const [number, wireType] = this.#reader.tag();
        if (wireType !== WireType.LengthDelimited) this.#reader.skip(wireType, number);
        else if (number === 1) checkKey((key = this.#reader.string()));
        else if (number === 2 && value !== undefined)
          this.message(value, this.#reader.uint32() + this.#reader.pos);
        else this.#reader.skip(wireType, number);
      }
    } catch (error) {
      throw inside(`[${quoted(key).slice(1, -1)}]`, error);
    }
  }

  #unknownField(number: number, wireType: WireType): void {
    if (++this.#unknown > UNKNOWN_MAX)
      throw new FieldProblem(`must not have more than ${UNKNOWN_MAX} unknown fields`);
    if (wireType === WireType.StartGroup) this.#group();
    else this.#reader.skip(wireType, number);
  }

  /** Skips a group, whose fields count as unknown: no request type has one. */
  #group(): void {
    this.#deeper();
    for (;;) {
      const [number, wireType] = this.#reader.tag();
      if (wireType === WireType.EndGroup) break;
      this.#unknownField(number, wireType);
    }
    this.#depth--;
  }
}

function wireTypeOf(field: DescField): WireType {
  if (field.fieldKind === "enum" || (field.fieldKind === "list" && field.listKind === "enum"))
    return WireType.Varint;
  if (field.fieldKind === "map") return WireType.LengthDelimited;
  if (field.message !== undefined)
    return field.delimitedEncoding ? WireType.StartGroup : WireType.LengthDelimited;
  return (field.scalar === undefined ? undefined : OF_SCALARS.get(field.scalar)) ?? WireType.Varint;
}

/** All other types are varints. */
const OF_SCALARS: ReadonlyMap<ScalarType, WireType> = new Map([
  [ScalarType.STRING, WireType.LengthDelimited],
  [ScalarType.BYTES, WireType.LengthDelimited],
  [ScalarType.DOUBLE, WireType.Bit64],
  [ScalarType.FIXED64, WireType.Bit64],
  [ScalarType.SFIXED64, WireType.Bit64],
  [ScalarType.FLOAT, WireType.Bit32],
  [ScalarType.FIXED32, WireType.Bit32],
  [ScalarType.SFIXED32, WireType.Bit32],
]);
