import type { TestApp } from "./app.js";
import { openPage } from "./browser.js";

type Service = Pick<TestApp, "local">;

/** What the shopper's browser posts where it sends the session's form on; "" where its page has no form. */
export async function formBody({ local }: Service, sessionId: string): Promise<string> {
  const [form] = (await openPage(`${local}/pay/${sessionId}`)).forms;
  return new URLSearchParams(form?.fields.map(([name, value]): [string, string] => [name, value])).toString();
}

/** Posts to a session's page as its form does, whatever the service's public URL is. Goes nowhere from there. */
export async function sendForm({ local }: Service, sessionId: string, body: string): Promise<Response> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return await fetch(`${local}/pay/${sessionId}`, { method: "POST", body, headers, redirect: "manual" });
}

/** Opens a session's page, and sends its form on: 307 where it is given out. */
export async function takeForm(service: Service, sessionId: string): Promise<Response> {
  return await sendForm(service, sessionId, await formBody(service, sessionId));
}
