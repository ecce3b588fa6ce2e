/**
 * The sections of a configuration's text: for saying what changed, and whose fault a refused line is.
 */

import type { Model } from './model';

/** `frontend web_10000` and its lines, the first line included. */
export interface Section {
  readonly title: string;
  readonly line: number;
  readonly text: string;
}

/** Splits at lines that do not begin with a blank. */
export function readSections(config: string): Section[] {
  const sections: { title: string; line: number; lines: string[] }[] = [];
  config.split('\n').forEach((line, index) => {
    if (/^[^\s#]/.test(line)) sections.push({ title: line.trim(), line: index + 1, lines: [line] });
    else sections.at(-1)?.lines.push(line);
  });
  return sections.map(({ title, line, lines }) => ({ title, line, text: lines.join('\n').trimEnd() }));
}

interface Text {
  readonly text: string;
  readonly servers?: string;
}

/** What differs, in a few words: `added backend web_10000; changed frontend marathon_http_in`. */
export function describeChange(before: readonly Text[], after: readonly Text[]): string {
  const whole = ({ text, servers }: Text): string => (servers === undefined ? text : text + servers);
  const [left, right] = [before.map(whole), after.map(whole)];
  const [inLeft, inRight] = [new Set(left), new Set(right)];
  const old = titled(left.filter((text) => !inRight.has(text)));
  const fresh = titled(right.filter((text) => !inLeft.has(text)));
  const added = [...fresh.keys()].filter((title) => !old.has(title));
  const removed = [...old.keys()].filter((title) => !fresh.has(title));
  const changed = [...fresh].filter(([title, text]) => old.has(title) && old.get(title) !== text);
  const groups: [string, string[]][] = [
    ['added', added],
    ['removed', removed],
    ['changed', changed.map(([title]) => title)],
  ];
  return groups.flatMap(([verb, titles]) => printGroup(verb, titles)).join('; ');
}

function titled(texts: readonly string[]): Map<string, string> {
  return new Map(texts.flatMap(readSections).map(({ title, text }) => [title, text]));
}

const TITLES_MAX = 4;

function printGroup(verb: string, titles: readonly string[]): string[] {
  if (titles.length === 0) return [];
  const rest = titles.length > TITLES_MAX ? ` and ${titles.length - TITLES_MAX} more` : '';
  return [`${verb} ${titles.slice(0, TITLES_MAX).join(', ')}${rest}`];
}

/** The app that a line of the configuration is about; undefined when it is not about one app. */
export function appOfLine(config: string, lineNumber: number, model: Model): string | undefined {
  const line = config.split('\n')[lineNumber - 1] ?? '';
  const section = readSections(config).findLast((one) => one.line <= lineNumber);
  const words = new Set([...(section?.title ?? '').split(' ').slice(1), ...line.trim().split(/\s+/)]);
  const owner = model.backends.find(({ name }) => words.has(name) || words.has(`user_${name}`));
  if (owner) return owner.app;
  const rules = (model.httpIn ?? model.httpsIn)?.rules ?? [];
  const acls = (suffix: string, backend: string): string[] => [
    `host_${suffix}`,
    `auth_${suffix}`,
    `path_${backend}`,
  ];
  return rules.find(({ suffix, backend }) => acls(suffix, backend).some((acl) => words.has(acl)))?.app;
}
