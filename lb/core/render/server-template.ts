/**
 * Reads the template of a server's line once, so that the values of a line are known without reading the line.
 *
 * Always true: a template that makes anything but one line of a server at its address is not read, whatever its spacing;
 * changes of such servers need a reload.
 */

import { compileFormat } from '../templates/format-string';
import { type TemplateValues, templateTable } from '../templates/template-table';
import { wordsOf } from './server-line';

export interface ServerTemplate {
  /** The line has `id` and the server's id. */
  readonly hasId: boolean;
  /** The line has `{otherOptions}`: weight and `disabled`. */
  readonly hasOther: boolean;
  /** The options beside those two, as words with single blanks between; the values with those of the health check. */
  options(values: TemplateValues, healthCheckOptions: string): string;
}

const LINE = /^[ \t]*server[ \t]+\{serverName\}[ \t]+\{host_ipv4\}:\{port\}(.*)$/;
/** The values of these begin with a blank or are empty, so they may follow a word directly. */
const OPTIONS = '\\{(?:cookie|healthCheck|other)Options\\}';
const OPTIONS_FOLLOW = new RegExp(`^(?:[ \\t]|${OPTIONS}|$)`);
const ID = new RegExp(`(^|[ \\t])id[ \\t]+\\{serverId\\}(?=[ \\t]|${OPTIONS}|$)`);

/** Placeholders whose values are the same for all servers of most backends. */
const SHARED = ['cookieOptions', 'healthCheckOptions'];

/** Reads a template with placeholders such as `{serverName}`; undefined when commands cannot make what it makes. */
export function readServerTemplate(text: string): ServerTemplate | undefined {
  const lines = text.split('\n').filter((line) => !/^[ \t]*(#|$)/.test(line));
  const line = lines.length === 1 ? (lines[0] ?? '').replaceAll('!s}', '}') : '';
  const rest = LINE.exec(line)?.[1];
  if (rest === undefined || !OPTIONS_FOLLOW.test(rest)) return undefined;
  const bare = rest.replace(ID, '$1').replaceAll('{otherOptions}', '');
  const { placeholders } = templateTable.BACKEND_SERVER_OPTIONS;
  const compiled = compileFormat(bare, placeholders);
  if ('error' in compiled) return undefined;
  const { format } = compiled;
  const shared = placeholders.every((name) => SHARED.includes(name) || !bare.includes(`{${name}}`));
  let last = { text: '', options: '' };
  const options = (values: TemplateValues, healthCheckOptions: string): string => {
    const { cookieOptions } = values;
    const text = format.fill(
      shared ? { cookieOptions, healthCheckOptions } : { ...values, healthCheckOptions },
    );
    if (text !== last.text) last = { text, options: wordsOf(text).join(' ') };
    return last.options;
  };
  return {
    hasId: ID.test(rest),
    hasOther: rest.includes('{otherOptions}'),
    options,
  };
}
