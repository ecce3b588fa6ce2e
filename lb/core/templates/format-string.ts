/**
 * Compiles replacement texts in the form of Python's `str.format`: `{name}` is a placeholder, `{{` and `}}` are braces.
 *
 * Always true: a text that does not compile has an error with its column, so filling in a compiled text cannot fail.
 */

import type { TemplateValues } from './template-table';

export interface FormatString {
  fill(values: TemplateValues): string;
}
interface Placeholder {
  readonly name: string;
  /** Outside quotes. */
  readonly unquoted: boolean;
}
type FormatPart = Placeholder | { readonly name?: undefined; readonly text: string };
export type CompiledFormat =
  | { readonly format: FormatString }
  | { readonly error: string; readonly column: number };

/** Compiles a text. Only the placeholders named may appear in it. */
export function compileFormat(text: string, placeholders: readonly string[]): CompiledFormat {
  const parts: FormatPart[] = [];
  const piece = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
  for (const match of text.matchAll(piece)) {
    const column = match.index + 1;
    if (match[1] !== undefined) {
      const name = match[1].replace(/!s$/, '');
      if (!placeholders.includes(name))
        return { error: `there is no placeholder {${match[1]}} here; known: ${list(placeholders)}`, column };
      parts.push({ name, unquoted: !isQuoted(text.slice(0, match.index)) });
    } else if (match[0] === '{' || match[0] === '}') {
      return { error: `a single "${match[0]}"; a brace for HAProxy is written twice`, column };
    } else {
      parts.push({ text: match[0] === '{{' ? '{' : match[0] === '}}' ? '}' : match[0] });
    }
  }
  const fill = (values: TemplateValues): string =>
    parts.map((part) => (part.name === undefined ? part.text : printValue(part, values))).join('');
  return { format: { fill } };
}

function list(placeholders: readonly string[]): string {
  return placeholders.length === 0 ? 'none' : placeholders.join(', ');
}

/** True when a text ends within quotes of its last line. */
function isQuoted(text: string): boolean {
  const line = text.slice(text.lastIndexOf('\n') + 1).replace(/\\./g, '');
  let quote = '';
  for (const sign of line) {
    if (quote === '' && (sign === '"' || sign === "'")) quote = sign;
    else if (sign === quote) quote = '';
  }
  return quote !== '';
}

/** Escapes the blanks of a realm outside quotes: it is the only value of one word that may have blanks. */
function printValue({ name, unquoted }: Placeholder, values: TemplateValues): string {
  const value = values[name];
  const text = value === undefined || value === null ? '' : String(value);
  return name === 'realm' && unquoted ? text.replaceAll(' ', '\\ ') : text;
}
