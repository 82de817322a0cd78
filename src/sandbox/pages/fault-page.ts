import { html } from "../../lib/html.js";
import type { Fault } from "../protocol/faults.js";
import type { SandboxPage } from "./layout.js";

/** Shows a request's fault to its sender; nothing of the request is repeated. */
export function faultPage({ responseCode, responseMessage, explanation }: Fault, status = 400): SandboxPage {
  return messagePage(
    status,
    "This payment cannot be made",
    html`<p>${explanation}</p>
      <p class="hint">${responseCode} ${responseMessage}</p>`,
  );
}

/** For an unknown address. */
export const notFoundPage = messagePage(
  404,
  "There is no such page",
  html`<p>This payment page is not known here. Please go back to the shop and start the payment again.</p>`,
);

/** For a method that the address does not accept; `allow` names the accepted ones. */
export function wrongMethodPage(allow: string): SandboxPage {
  const text = html`<p>Payment forms are posted here by the shop that you come from.</p>`;
  return { ...messagePage(405, "This address takes a form", text), headers: { allow } };
}

/** For a body larger than any real one. */
export const tooLargePage: SandboxPage = {
  ...messagePage(413, "This form is too large", html`<p>A payment form has at most 64 KiB.</p>`),
  headers: { connection: "close" }, // The rest of the body is not read.
};

function messagePage(status: number, heading: string, text: SandboxPage["main"]): SandboxPage {
  return {
    status,
    title: `${heading} (test)`,
    main: html`<main>
      <div class="sheet narrow">
        <h1>${heading}</h1>
        ${text}
      </div>
    </main>`,
    formTargets: "'none'",
  };
}
