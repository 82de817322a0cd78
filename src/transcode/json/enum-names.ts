import type { DescEnum } from "@bufbuild/protobuf";
import type { EnumNames } from "./json-style.js";

/** Enum names of the proto file, as in ProtoJSON. */
export function fullEnumNames(desc: DescEnum): EnumNames {
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  return { number: (name) => numbers.get(name), name: (number) => desc.value[number]?.name };
}

/**
 * Names in lower case without the prefix that repeats the enum's name: `open` for CHECKOUT_STATUS_OPEN of
 * `CheckoutStatus`. Requests may also use the full name.
 *
 * Throws where two values of the enum would get one name.
 */
export function plainEnumNames(desc: DescEnum): EnumNames {
  const prefix = prefixOf(desc);
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  const names = new Map<number, string>();
  for (const { name, number } of desc.values) {
    const plain = name.slice(prefix.length).toLowerCase();
    const known = numbers.get(plain);
    if (known !== undefined && known !== number)
      throw new Error(`${desc.typeName} has two values called ${plain}`);
    numbers.set(plain, number);
    if (!names.has(number)) names.set(number, plain);
  }
  return { number: (name) => numbers.get(name), name: (number) => names.get(number) };
}

/** `CHECKOUT_STATUS_` for `CheckoutStatus`, if all values have more than this prefix; else "". */
function prefixOf(desc: DescEnum): string {
  const prefix = `${desc.name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toUpperCase()}_`;
  return desc.values.every(({ name }) => name.startsWith(prefix) && name.length > prefix.length)
    ? prefix
    : "";
}
