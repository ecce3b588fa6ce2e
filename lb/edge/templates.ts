/**
 * The text templates beside the code, compiled once. Handlebars never sees text that comes from an app as a template.
 *
 * Every value goes through one of the helpers, which refuse what could end a line or begin something new. Readers of
 * labels have refused it long before: a complaint here is a mistake of ours.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { assert } from '../../cluster/model/assert';
import type { Digests } from '../core/names';
import type { TemplateInputs, TemplateName, Templates } from '../core/render';
import { isSafeWord } from '../core/values';

const helpers: Readonly<Record<string, (value: unknown) => string>> = {
  /** One word. */
  word: (value) => {
    const text = String(value);
    assert(isSafeWord(text), `not a word for the configuration: ${JSON.stringify(text)}`);
    return text;
  },
  /** Several words with single blanks between. */
  words: (value) => {
    const text = String(value);
    assert(text.split(' ').every(isSafeWord), `not words for the configuration: ${JSON.stringify(text)}`);
    return text;
  },
  /** A word where HAProxy expands `%`. */
  format: (value) => helpers['word']?.(value).replaceAll('%', '%%') ?? '',
  /** A regular expression: a word with backslashes before punctuation. */
  pattern: (value) => {
    const text = String(value);
    assert(isSafeWord(text.replace(/\\[^\sA-Za-z0-9"'#\\]/g, '.')), `not a pattern: ${JSON.stringify(text)}`);
    return text;
  },
  /** A path the operator named: blanks and quotes are escaped. */
  file: (value) => {
    const text = String(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    assert(!/[\x00-\x1f\x7f]/.test(text), `not a path for the configuration: ${JSON.stringify(text)}`);
    return text.replace(/[\s"'\\#]/g, '\\$&');
  },
};

/** Reads and compiles `lb/templates/*.hbs`. */
export function loadTemplates(folder = join(__dirname, '../templates')): Templates {
  const handlebars = Handlebars.create();
  for (const [name, helper] of Object.entries(helpers)) handlebars.registerHelper(name, helper);
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map((name) => [name, true]));
  const compile = <K extends TemplateName>(name: K): ((input: TemplateInputs[K]) => string) => {
    const text = readFileSync(join(folder, `${name}.hbs`), 'utf8');
    const options = { noEscape: true, strict: true, knownHelpers, knownHelpersOnly: true };
    return handlebars.compile<TemplateInputs[K]>(text, options);
  };
  return {
    head: compile('head'),
    userlist: compile('userlist'),
    'http-in': compile('http-in'),
    'appid-in': compile('appid-in'),
    'https-in': compile('https-in'),
    frontend: compile('frontend'),
    backend: compile('backend'),
  };
}

/** Hashes kept; server names come back with every reading of the apps. */
const HASHES_MAX = 50_000;

/** The hash functions that names in the configuration are made with. */
export const digests: Digests = { sha1: remembering('sha1'), sha256: remembering('sha256') };

function remembering(algorithm: string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text) ?? createHash(algorithm).update(text).digest('hex');
    if (known.size >= HASHES_MAX) known.clear();
    known.set(text, found);
    return found;
  };
}
