import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import t, { type Test } from "tap";

import { html } from "../../src/lib/html.js";
import { sendWebPage, type WebPage } from "../../src/lib/html-page.js";

const PAGE: WebPage = {
  status: 410,
  title: "Gone <for good>",
  body: html`<h1>Gone</h1>`,
  style: "\nh1 { color: red; }\n",
  formTargets: "'none'",
};

async function sent(t: Test, page: WebPage) {
  const server = createServer((_, response) => sendWebPage(response, page)).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const policy = (answer.headers.get("content-security-policy") ?? "").split("; ");
  return { status: answer.status, headers: answer.headers, policy, markup: await answer.text() };
}

t.test("a page lets in nothing, not even a form's target or a frame around it", async (t) => {
  const { status, policy, headers, markup } = await sent(t, PAGE);
  t.equal(status, 410);
  for (const rule of [
    "default-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]) {
    t.ok(policy.includes(rule), rule);
  }
  t.notOk(policy.some((rule) => rule.startsWith("script-src")));
  t.equal(headers.get("cache-control"), "no-store");
  t.equal(headers.get("referrer-policy"), "no-referrer");
  t.match(markup, "<title>Gone &lt;for good&gt;</title>");
});

t.test("a page that others may frame says whose, and is otherwise as closed", async (t) => {
  const { policy: framing } = await sent(t, { ...PAGE, frames: "https://bank.example" });
  t.ok(framing.includes("frame-src https://bank.example"));
  const { policy } = await sent(t, { ...PAGE, frameAncestors: "https://shop.example" });
  t.ok(policy.includes("frame-ancestors https://shop.example"));
  t.ok(policy.includes("default-src 'none'"));
});

t.test("what is in the page is let in by the hash of exactly what stands between its tags", async (t) => {
  const page = { ...PAGE, script: "document.title += '!'", formTargets: "https://gateway.example" };
  const { policy, markup } = await sent(t, page);
  for (const name of ["style", "script"]) {
    const text = new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(markup)?.[1] ?? "";
    const hash = createHash("sha256").update(text).digest("base64");
    t.ok(policy.includes(`${name}-src 'sha256-${hash}'`), name);
  }
  t.ok(policy.includes("form-action https://gateway.example"));
});

t.test("a page may bring headers of its own", async (t) => {
  const { headers } = await sent(t, { ...PAGE, headers: { allow: "POST" } });
  t.equal(headers.get("allow"), "POST");
});
