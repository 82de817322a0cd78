import { STYLES } from "./styles.js";

/** Style sheet of the pages for developers: the start page and the demo shop. Long lines of code wrap. */
export const INFO_STYLES = `${STYLES}
main { max-width: 48rem; }
.sheet > * + * { margin-top: 1rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.25; }
h2 { margin-top: 1.5rem; font-size: 1.125rem; }
p { overflow-wrap: anywhere; }
small { color: var(--soft); }
code { font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre {
  margin: .5rem 0 0; padding: .75rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground);
  border: 1px solid var(--line); border-radius: .5rem;
}
.row { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.row small { display: block; }
input {
  width: 5rem; min-height: 2.75rem; padding: .25rem .75rem; color: var(--ink); background: var(--paper);
  border: 1px solid var(--field); border-radius: .5rem; font: inherit;
}
.events { margin: .5rem 0 0; padding: 0; list-style: none; }
.events li { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .375rem 0; border-top: 1px solid var(--line); }
.events time { color: var(--soft); }
.links { margin: 0; padding-left: 1.25rem; }
.links li { padding: .25rem 0; }
.state { font-weight: 600; }
.alert { padding: .75rem 1rem; border-left: 4px solid var(--link); background: var(--ground); }
`;
