/**
 * Shows control characters as escapes, so that texts of others are harmless in terminals.
 *
 * Such characters move the cursor, colour, hide or reorder what a person reads.
 */

/** C0 and C1 controls, DEL, line and paragraph separators, and the marks that reorder text (Unicode TR 36). */
const CONTROLS =
  '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';

const ANY = new RegExp(`[${CONTROLS}]`, 'gu');
/** JSON.stringify escapes the others. */
const LEFT_BY_JSON = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line of another's text: every control character is an escape, line breaks and tabs too. */
export function escapeControlsInLine(text: string): string {
  return text.replace(ANY, escaped);
}

/** Text with line breaks and tabs; every other control character is an escape. */
export function escapeControls(text: string): string {
  return text.replace(ANY, (match) => ('\n\t'.includes(match) ? match : escaped(match)));
}

/** JSON text whose strings have no control character as such; its value stays the same. */
export function escapeControlsInJson(json: string): string {
  return json.replace(LEFT_BY_JSON, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
