/** Words of names that every programmer knows and that mean nothing of their own here: no part of the glossary. */
export const PLAIN_WORDS: ReadonlySet<string> = new Set(
  `
  add address addresses advance advanced ahead amount answer answers applied apply as ask at back be before
  begin busy by cache cached call cause change changed checked closes codes compare compared comparison context count
  counted create created days decimal delete
  deleted destination difference disabled display drop enabled end ends error expected facts fail failed failure fair
  fairly fast field find first for found from funding get give gives has hash hosts id if in invalid is
  items keep keeps kept kind known last listed local lock locked look make mark max may merged metrics min
  miss missing money more move moved ms name names new newest next no not note now number object objects
  old oldest on once only open over parse part parts pass pattern patiently pays point possible previous problem process
  processed query queue raise read reasons record recorded register registering release remove request
  require required resend resolved response rest reused row rows run said seen send set signing since store such
  sum sums
  text time times to total type types unpaid up update url view waiting was while with without words work write
  `.match(/[a-z]+/g),
);
