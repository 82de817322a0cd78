import type { DescEnum } from "@bufbuild/protobuf";
import type { EnumNames } from "./json-style.js";

/** The names of the proto file, as ProtoJSON has them. */
export function fullEnumNames(desc: DescEnum): EnumNames {
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  return { number: (name) => numbers.get(name), name: (number) => desc.value[number]?.name };
}

/**
 * Names in lower case without the prefix that repeats the enum's own name: `open` for CHECKOUT_STATUS_OPEN of
 * `CheckoutStatus`. The full name is read as well.
 *
 * Throws for an enum in which two values would get one name.
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

/** `CHECKOUT_STATUS_` of `CheckoutStatus`, where all values carry it and have more to their name; else nothing. */
function prefixOf(desc: DescEnum): string {
  const prefix = `${desc.name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toUpperCase()}_`;
  return desc.values.every(({ name }) => name.startsWith(prefix) && name.length > prefix.length)
    ? prefix
    : "";
}
