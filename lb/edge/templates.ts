/**
 * Compiles the templates of `lb/templates/` and the operator's replacements, once.
 *
 * Always true: Handlebars never compiles text that comes from an app. Each value passes a helper that refuses text which
 * could end a line or begin a new one. The readers of labels refuse it first, so a failed assertion here is a bug.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { assert } from '../../cluster/model/assert';
import { StartError } from '../../cluster/runtime/lifecycle';
import { isPattern, isSafeWord } from '../core/labels/label-values';
import type { Templates } from '../core/render/render';
import { readServerTemplate } from '../core/render/server-template';
import type { Digests } from '../core/services/names';
import { compileFormat } from '../core/templates/format-string';
import {
  type TemplateName,
  type TemplateValues,
  templateNames,
  templateTable,
} from '../core/templates/template-table';
import { replaceLua } from './operator-templates';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\x00-\x1f\x7f]/;

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
  /** Patterns of an ACL, with its options. */
  patterns: (value) => {
    const text = String(value);
    const bare = text.replace(/^(-i )?(-m [a-z]+ )?/, '');
    assert(bare.split(' ').every(isPattern), `not patterns for the configuration: ${JSON.stringify(text)}`);
    return text;
  },
  /** A text in quotes, without variables of the environment for HAProxy to expand. */
  quoted: (value) => {
    const text = String(value);
    assert(!CONTROL.test(text), `not a text for the configuration: ${JSON.stringify(text)}`);
    return `"${text.replace(/["\\$]/g, '\\$&')}"`;
  },
  /** The rest of a line, made by this load balancer. */
  line: (value) => {
    const text = String(value);
    assert(!CONTROL.test(text), `not a part of a line: ${JSON.stringify(text)}`);
    return text;
  },
  /** A word, or an empty text, where HAProxy expands `%`. */
  format: (value) => (value === '' ? '' : (helpers['word']?.(value).replaceAll('%', '%%') ?? '')),
  /** A regular expression: a word with backslashes before punctuation. */
  pattern: (value) => {
    const text = String(value);
    const bare = text.replace(/\\[^\sA-Za-z0-9"'#\\]/g, '.');
    assert(bare === '' || isSafeWord(bare), `not a pattern: ${JSON.stringify(text)}`);
    return text;
  },
  /** A path of the operator, with blanks and quotes escaped. */
  file: (value) => {
    const text = String(value);
    assert(!CONTROL.test(text), `not a path for the configuration: ${JSON.stringify(text)}`);
    return text.replace(/[\s"'\\#]/g, '\\$&');
  },
};

export type TemplateTexts = ReadonlyMap<TemplateName, string>;

/** Compiles all templates; `replaced` are the operator's texts in marathon-lb's form. */
export function loadTemplates(
  replaced: TemplateTexts = new Map(),
  folder = join(__dirname, '../templates'),
): Templates {
  const handlebars = Handlebars.create();
  for (const [name, helper] of Object.entries(helpers)) handlebars.registerHelper(name, helper);
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map((name) => [name, true]));
  const options = { noEscape: true, strict: true, knownHelpers, knownHelpersOnly: true };
  const compile = (name: TemplateName): ((values: TemplateValues) => string) => {
    const replacement = replaced.get(name);
    if (replacement !== undefined) return compileReplacement(name, replacement);
    const text = readFileSync(join(folder, `${name}.hbs`), 'utf8');
    return compileFlat(handlebars.parse(text)) ?? handlebars.compile<TemplateValues>(text, options);
  };
  const renderers = templateNames.map((name) => [name, compile(name)]);
  const line = replaced.get('BACKEND_SERVER_OPTIONS') ?? readLineFormat(folder);
  return { ...Object.fromEntries(renderers), server: readServerTemplate(line) } as Templates;
}

/** Our template of a server's line with placeholders as in an operator's template. */
function readLineFormat(folder: string): string {
  const text = readFileSync(join(folder, 'BACKEND_SERVER_OPTIONS.hbs'), 'utf8');
  return text.replace(/\{\{(?:\w+ )?(\w+)\}\}/g, '{$1}');
}

type TemplatePart =
  | string
  | { readonly name: string; readonly helper: ((value: unknown) => string) | undefined };

/**
 * Compiles a template without conditions and loops to a list of texts and values, which renders five times as fast as
 * with Handlebars. Undefined for other templates.
 */
function compileFlat({ body }: hbs.AST.Program): ((values: TemplateValues) => string) | undefined {
  const parts: TemplatePart[] = [];
  for (const statement of body) {
    const part = readPart(statement);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return (values) => {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const value = values[part.name];
      assert(value !== undefined, `a template needs ${part.name}`);
      text += part.helper === undefined ? String(value) : part.helper(value);
    }
    return text;
  };
}

/** A text, `{{name}}` or `{{helper name}}`; undefined for everything else. */
function readPart(statement: hbs.AST.Statement): TemplatePart | undefined {
  if (statement.type === 'ContentStatement') return (statement as hbs.AST.ContentStatement).value;
  if (statement.type !== 'MustacheStatement') return undefined;
  const { path, params } = statement as hbs.AST.MustacheStatement;
  const names = [path, ...params].map((expression) =>
    expression.type === 'PathExpression' ? (expression as hbs.AST.PathExpression).original : undefined,
  );
  const [first, second, more] = names;
  if (first === undefined || more !== undefined || /[./@]/.test(names.join(''))) return undefined;
  if (params.length === 0) return { name: first, helper: undefined };
  return second === undefined || !helpers[first] ? undefined : { name: second, helper: helpers[first] };
}

function compileReplacement(name: TemplateName, text: string): (values: TemplateValues) => string {
  if (name === 'HEAD') return (values) => operatorHead(text, values);
  const row = templateTable[name];
  if (row.kind === 'raw') return () => text;
  const compiled = compileFormat(text, row.placeholders);
  if ('error' in compiled)
    throw new StartError(
      `The template HAPROXY_${name} cannot be used, column ${compiled.column}: ${compiled.error}`,
    );
  return (values) => compiled.format.fill(values);
}

/** Adds the socket of the Runtime API to the operator's head. */
function operatorHead(text: string, values: TemplateValues): string {
  const socket = `  stats socket ${helpers['file']?.(values['socket'])} mode 600 level admin expose-fd listeners\n`;
  // Today's HAProxy does not start when it may open fewer files than maxconn needs.
  const limits = /\bstrict-limits\b/.test(text) ? '' : '  no strict-limits\n';
  const steered = text.replace(/^[ \t]*global[ \t]*\n/m, (global) => global + socket + limits);
  return replaceLua(steered, String(values['adminBind']));
}

/** Limit of cached hashes; the same server names are hashed with each reading of the apps. */
const HASHES_MAX = 50_000;

/** The hash functions for names in the configuration. */
export const digests: Digests = { sha1: remembering('sha1'), sha256: remembering('sha256') };

function remembering(algorithm: string): (text: string) => string {
  const cache = new Map<string, string>();
  return (text) => {
    const digest = cache.get(text) ?? createHash(algorithm).update(text).digest('hex');
    if (cache.size >= HASHES_MAX) cache.clear();
    cache.set(text, digest);
    return digest;
  };
}
