import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { hasCustomJsonRepresentation, isWrapperDesc } from "@bufbuild/protobuf/wkt";

import { memoizeRecursive } from "../../lib/memoize.js";
import { type CountMax, checkCount } from "../descriptors/count-limit.js";
import { FieldProblem, inside } from "../errors/field-problem.js";
import { type Json, type JsonRecord, VALUES_MAX } from "../json/json-text.js";
import { type FormParameter, formParameters } from "./form-parameters.js";
import { checkGaps, type FormList, nextIndex } from "./form-list.js";

/** Reads a form body, of which each character is a byte. Throws a FieldProblem, and nothing else. */
export type ReadForm = (body: string) => JsonRecord;

/**
 * Compiles the reader of forms for one type of message. Returns the JSON with proto names that says as much: numbers
 * and names of enum values stay texts. An empty value stands for an empty text, for a message or map without parts, or
 * deletes what was there. A number, boolean, enum value, time or list must not be empty: where no `amount` means "all
 * that is left", a variable that was never set would refund all of it.
 */
export function createFormReader(desc: DescMessage, countMax: CountMax): ReadForm {
  const place = messagePlacer(countMax)(desc);
  return (body) => {
    const form: JsonRecord = newRecord();
    const lists = new Map<Json[], FormList>();
    for (const parameter of formParameters(body)) put(place, form, { ...parameter, at: 0, lists });
    for (const list of lists.values()) checkGaps(list);
    return form;
  };
}

/** An unknown parameter is reported by the name that was sent. */
function put(place: Place, form: JsonRecord, parameter: Placing): void {
  try {
    place(form, parameter);
  } catch (error) {
    if (error instanceof FieldProblem && error.reason === "parameter_unknown") error.path = parameter.name;
    throw error;
  }
}

/** A parameter that is being put in its place. */
interface Placing extends FormParameter {
  /** How many of its steps are taken. */
  at: number;
  /** The lists of the whole form. */
  readonly lists: Map<Json[], FormList>;
}

/** Returns a field's value with the parameter's put into it. `before` is what earlier parameters made of it. */
type Place = (before: Json | undefined, parameter: Placing) => Json;

function messagePlacer(countMax: CountMax): (desc: DescMessage) => Place {
  return memoizeRecursive<DescMessage, Parameters<Place>, Json>((desc, of) => {
    const members = membersOf(desc, (field) => fieldPlacer(field, countMax, of));
    return (before, parameter) => {
      const step = parameter.steps[parameter.at];
      if (step === undefined)
        return emptied(before, parameter, "takes its parts in brackets, and no value of its own");
      const object = opened<JsonRecord>(before, newRecord);
      const member = members.get(step);
      if (member === undefined) throw new FieldProblem("is unknown", "parameter_unknown");
      parameter.at++;
      if (
        member.clearedBy !== undefined &&
        parameter.at === parameter.steps.length &&
        parameter.text === ""
      ) {
        object[member.clearedBy] = true;
        return object;
      }
      try {
        object[member.name] = member.place(object[member.name], parameter);
      } catch (error) {
        throw inside(member.name, error);
      }
      return object;
    };
  });
}

/** A field of a message, by its proto name and its JSON name. */
interface Member {
  readonly name: string;
  /** The `bool` beside it that says that what was there is to go: `clear_metadata` for `metadata=`. */
  readonly clearedBy: string | undefined;
  readonly place: Place;
}

function membersOf(
  { fields }: DescMessage,
  placer: (field: DescField) => Place,
): ReadonlyMap<string, Member> {
  const names = new Set(fields.map(({ name }) => name));
  const all = fields.map((field) => ({
    jsonName: field.jsonName,
    name: field.name,
    clearedBy: names.has(`clear_${field.name}`) ? `clear_${field.name}` : undefined,
    place: placer(field),
  }));
  const byJsonName = all.map((member) => [member.jsonName, member] as const);
  // A proto name takes precedence, as in the query.
  return new Map([...byJsonName, ...all.map((member) => [member.name, member] as const)]);
}

function fieldPlacer(field: DescField, countMax: CountMax, of: (desc: DescMessage) => Place): Place {
  const element = elementPlacer(field, of);
  if (field.fieldKind === "list") return listPlacer(element, countMax(field));
  return field.fieldKind === "map" ? mapPlacer(element) : element;
}

function elementPlacer(field: DescField, of: (desc: DescMessage) => Place): Place {
  const desc = field.message;
  if (desc === undefined) return leafPlacer(field.scalar);
  if (isWrapperDesc(desc)) return leafPlacer(desc.fields[0].scalar);
  if (!hasCustomJsonRepresentation(desc)) return of(desc);
  return TEXTS.has(desc.typeName) ? leafPlacer(undefined) : refused;
}

/** The well-known types whose JSON is a text. */
const TEXTS = new Set(["Timestamp", "Duration", "FieldMask"].map((name) => `google.protobuf.${name}`));

const refused: Place = () => {
  throw new FieldProblem("cannot be given in a form: send JSON");
};

/** A value without parts. `scalar` is undefined for a name of an enum value, a time and the like. */
function leafPlacer(scalar: ScalarType | undefined): Place {
  return (before, { steps, at, text }) => {
    if (at < steps.length) throw new FieldProblem("takes one value, without parts in brackets");
    if (before !== undefined) throw new FieldProblem("is given more than once", "parameter_repeated");
    if (scalar === ScalarType.STRING || scalar === ScalarType.BYTES) return text;
    if (text === "") throw new FieldProblem(EMPTY);
    return scalar === ScalarType.BOOL ? boolOf(text) : text;
  };
}

const EMPTY = "is empty: leave it out, or give it a value";

function boolOf(text: string): boolean {
  if (text !== "true" && text !== "false") throw new FieldProblem("must be true or false");
  return text === "true";
}

function listPlacer(place: Place, max: number): Place {
  const most = Math.min(max, VALUES_MAX);
  return (before, parameter) => {
    const { steps, at, lists } = parameter;
    if (at === steps.length) {
      throw new FieldProblem(parameter.text === "" ? EMPTY : "is a list: name its elements with [0] or []");
    }
    const items = opened<Json[]>(before, () => []);
    const list = lists.get(items) ?? { items, name: steps.slice(0, at), numbered: steps[at] !== "" };
    lists.set(items, list);
    const index = nextIndex(list, parameter);
    checkCount(index + 1, most);
    parameter.at++;
    try {
      items[index] = place(items[index], parameter);
    } catch (error) {
      throw inside(`[${index}]`, error);
    }
    return items;
  };
}

function mapPlacer(place: Place): Place {
  return (before, parameter) => {
    const key = parameter.steps[parameter.at];
    if (key === undefined)
      return emptied(before, parameter, "takes its keys in brackets, and no value of its own");
    const map = opened<JsonRecord>(before, newRecord);
    parameter.at++;
    try {
      map[key] = place(map[key], parameter);
    } catch (error) {
      throw inside(`[${key}]`, error);
    }
    return map;
  };
}

/** `name=` for a field that has parts: null, unless the parts are given as well. */
function emptied(before: Json | undefined, { text }: FormParameter, otherwise: string): Json {
  if (text !== "") throw new FieldProblem(otherwise);
  if (before === undefined) return null;
  throw before === null ? new FieldProblem("is given more than once", "parameter_repeated") : contradiction();
}

function opened<Container extends Json>(before: Json | undefined, make: () => Container): Container {
  if (before === null) throw contradiction();
  return before === undefined ? make() : (before as Container);
}

function contradiction(): FieldProblem {
  return new FieldProblem("is given empty and with parts in brackets", "parameter_conflict");
}

/** Without a prototype, a key `__proto__` is a key like any other. */
function newRecord(): JsonRecord {
  return Object.create(null) as JsonRecord;
}
