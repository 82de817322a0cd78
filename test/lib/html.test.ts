import * as fc from "fast-check";
import t from "tap";

import { Html, html, isolated, withoutControls } from "../../src/lib/html.js";
import { CODE_POINT } from "../support/any-text.js";

const anyText = fc.oneof(
  fc.string({ unit: CODE_POINT }),
  fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "\r", "\n", "`", "=", "/", "a", ";", "#") }),
);

t.test("nothing interpolated can end an attribute or open a tag", async () => {
  fc.assert(fc.property(anyText, (text) => !/[<>"']/.test(html`${text}`.markup)));
});

t.test("nothing interpolated makes or breaks a character reference", async () => {
  fc.assert(
    fc.property(anyText, (text) => !/&(?!(?:amp|lt|gt|quot|#39|#13|#10);)/.test(html`${text}`.markup)),
  );
});

t.test("a browser reads the text back as it was", async () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const read = /^<p title="([^"]*)">([^<]*)<\/p>$/.exec(html`<p title="${text}">${text}</p>`.markup);
      return unescape(read?.[1] ?? "-") === text && unescape(read?.[2] ?? "-") === text;
    }),
  );
});

t.test("an object that only looks like Html is not trusted", async (t) => {
  const lookalike = { markup: "<script>" } as unknown as string;
  t.throws(() => html`${lookalike}`);
});

t.test("every special character is escaped", async (t) => {
  t.equal(html`${"&<>\"'\r\n"}`.markup, "&amp;&lt;&gt;&quot;&#39;&#13;&#10;");
});

t.test("constant markup that a page declares as Html stands as it is", async (t) => {
  t.equal(html`[${new Html("<style>a > b {}</style>")}]`.markup, "[<style>a > b {}</style>]");
});

t.test("Html is not escaped again, alone or in a list", async (t) => {
  const items = ["a & b", "c"].map((name) => html`<li>${name}</li>`);
  t.equal(html`[${items}]`.markup, "[<li>a &amp; b</li><li>c</li>]");
  t.equal(html`${html`<b>${"<"}</b>`}`.markup, "<b>&lt;</b>");
});

t.test("undefined and an empty list write nothing, a number its digits", async (t) => {
  t.equal(html`[${undefined}][${[]}][${0}][${2999}]`.markup, "[][][0][2999]");
});

t.test("the template's own text stays as it is, backslashes too", async (t) => {
  t.equal(html`<a title="1 &lt; 2">\\</a>`.markup, '<a title="1 &lt; 2">\\</a>');
});

t.test("a name cannot turn the text around it, nor end what isolates it", async (t) => {
  const controls = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u0000\u009f";
  t.equal(isolated(`a${controls}<b>`).markup, "<bdi>a&lt;b&gt;</bdi>");
  t.equal(withoutControls(`${controls}שלום`), "שלום", "letters that are written from right to left stay");
  fc.assert(fc.property(anyText, (text) => !/[\u202a-\u202e\u2066-\u2069]/.test(isolated(text).markup)));
});

function unescape(markup: string): string {
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return markup.replaceAll(/&(?:#(\d+)|([a-z]+));/g, (reference, code?: string, name?: string) =>
    code === undefined ? (characters[name ?? ""] ?? reference) : String.fromCodePoint(Number(code)),
  );
}
