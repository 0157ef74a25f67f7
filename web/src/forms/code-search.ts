/** Finding a code by any part of what it is called: type-ahead in the reader's language. */

import type { CodeEntry } from "./code-list";

/** A form for comparison: without case, accents, Arabic vowel marks and lengthening, and superfluous space. */
export function fold(text: string): string {
  const decomposed = text.toUpperCase().toLowerCase().normalize("NFKD");
  return decomposed.replace(/[\p{Mn}\u0640]/gu, "").trim().replace(/\s+/g, " ");
}

/**
 * Entries that `text` could mean, best first; all, in their own order, if it is empty. The code itself comes first,
 * then codes and labels that begin with the text, then labels with a word that does, then those that contain it.
 */
export function search(
  entries: readonly CodeEntry[],
  labelOf: (code: string) => string,
  text: string,
  limit: number,
): readonly CodeEntry[] {
  const wanted = fold(text);
  return entries
    .map((entry) => ({ entry, rank: rank(fold(entry.code), fold(labelOf(entry.code)), wanted) }))
    .filter(({ rank: found }) => found !== null)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .slice(0, limit)
    .map(({ entry }) => entry);
}

function rank(code: string, label: string, wanted: string): number | null {
  if (wanted === "") {
    return 0;
  }
  if (code === wanted) {
    return 0;
  }
  if (code.startsWith(wanted) || label.startsWith(wanted)) {
    return 1;
  }
  if (label.includes(` ${wanted}`)) {
    return 2;
  }
  return label.includes(wanted) || code.includes(wanted) ? 3 : null;
}
