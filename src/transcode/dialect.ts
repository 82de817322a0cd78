import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { TextReader } from "./scalar-text.js";

/** Reads and writes messages of one type as JSON text. */
export interface JsonCodec {
  /** Throws a FieldProblem, and nothing else, for a text that is not such a message. */
  readonly read: (text: string) => Message;
  /** Throws for a message that this dialect has no JSON for: a bug of whoever made the message. */
  readonly write: (message: Message) => string;
}

/** Reads and writes one field of a message as a JSON text of its own. */
export interface JsonFieldCodec {
  /** Sets the field from its JSON. `null` leaves it unset. */
  readonly read: (message: Message, text: string) => void;
  /** The JSON of the field's value, also where it is unset. */
  readonly write: (message: Message) => string;
}

/**
 * How messages look as JSON. Whatever it needs to know of a type is worked out once, when the transcoder starts: the
 * same descriptor gives the same codec.
 */
export interface JsonDialect {
  /** For `body: "*"`, and for answers. */
  message: (desc: DescMessage) => JsonCodec;
  /** For `body: "field"` and `response_body: "field"`. */
  field: (field: DescField) => JsonFieldCodec;
  /**
   * Reads a path variable or query parameter as a value of the field (an element of it, where it is a list); undefined
   * for a field that has no text of its own: a message, a map.
   */
  text: (field: DescField) => TextReader | undefined;
  /** A query parameter's name as a dotted field path; dialects may allow other spellings of it. */
  parameterPath: (name: string) => string;
}
