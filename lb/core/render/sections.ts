/**
 * Splits a configuration into sections, describes what changed between two, and finds the app that a line belongs to.
 */

import type { RefusedPart } from '../issues/refusals';
import type { Model } from '../model/model';
import type { VhostRule } from '../vhosts/vhosts';
import type { ServerLine } from './server-line';

/** `frontend web_10000` and its lines, the first line included. */
export interface Section {
  readonly title: string;
  readonly line: number;
  readonly text: string;
}

/** Splits the text at lines that do not begin with a blank. */
export function readSections(config: string): Section[] {
  const sections: { title: string; line: number; lines: string[] }[] = [];
  config.split('\n').forEach((line, index) => {
    if (/^[^\s#]/.test(line)) sections.push({ title: line.trim(), line: index + 1, lines: [line] });
    else sections.at(-1)?.lines.push(line);
  });
  return sections.map(({ title, line, lines }) => ({ title, line, text: lines.join('\n').trimEnd() }));
}

interface BlockText {
  readonly text: string;
  readonly servers?: readonly ServerLine[];
}

/** Describes the differences in a few words: `added backend web_10000; changed frontend marathon_http_in`. */
export function describeChange(before: readonly BlockText[], after: readonly BlockText[]): string {
  const unchanged = new Set(before);
  const common = new Set(after.filter((block) => unchanged.has(block)));
  const changed = (list: readonly BlockText[]): string[] =>
    list.filter((block) => !common.has(block)).map(comparable);
  const left = changed(before);
  const right = changed(after);
  const inLeft = new Set(left);
  const inRight = new Set(right);
  const old = sectionsByTitle(left.filter((text) => !inRight.has(text)));
  const fresh = sectionsByTitle(right.filter((text) => !inLeft.has(text)));
  const added = [...fresh.keys()].filter((title) => !old.has(title));
  const removed = [...old.keys()].filter((title) => !fresh.has(title));
  const differing = [...fresh].filter(([title, text]) => old.has(title) && old.get(title) !== text);
  const groups: [string, string[]][] = [
    ['added', added],
    ['removed', removed],
    ['changed', differing.map(([title]) => title)],
  ];
  return groups.flatMap(([verb, titles]) => printGroup(verb, titles)).join('; ');
}

/** Text that is equal for equal blocks, with the servers as lines of the block's section. */
function comparable({ text, servers = [] }: BlockText): string {
  return text + servers.map((server) => `  server ${JSON.stringify(server)}\n`).join('');
}

function sectionsByTitle(texts: readonly string[]): Map<string, string> {
  return new Map(texts.flatMap(readSections).map(({ title, text }) => [title, text]));
}

const TITLES_MAX = 4;

function printGroup(verb: string, titles: readonly string[]): string[] {
  if (titles.length === 0) return [];
  const rest = titles.length > TITLES_MAX ? ` and ${titles.length - TITLES_MAX} more` : '';
  return [`${verb} ${titles.slice(0, TITLES_MAX).join(', ')}${rest}`];
}

/**
 * The app that a line belongs to, with the part of its service when the line concerns only that part.
 */
export interface LineOwner {
  readonly app: string;
  readonly part: RefusedPart | undefined;
  readonly index: number | undefined;
}

/** The owner of a line of the configuration; undefined when it is not about one app. */
export function ownerOfLine(config: string, lineNumber: number, model: Model): LineOwner | undefined {
  const line = config.split('\n')[lineNumber - 1] ?? '';
  const section = readSections(config).findLast((candidate) => candidate.line <= lineNumber);
  const [kind = '', title = ''] = (section?.title ?? '').split(' ');
  const words = new Set([title, ...line.trim().split(/\s+/)]);
  const shared = kind === 'frontend' && !model.frontends.some(({ name }) => name === title);
  const service = model.backends.find(({ name }) => words.has(name) || words.has(`user_${name}`))?.name;
  const backend = service ?? backendOfRule(words, model) ?? backendOfGroupedFront(title, model);
  const frontend = model.frontends.find(({ name }) => name === backend);
  if (frontend === undefined) return undefined;
  const { app, index } = frontend;
  const part = shared ? 'hosts' : kind === 'frontend' ? 'listener' : undefined;
  return { app, part, index };
}

/** Finds the backend by the ACLs of its rules on the shared frontends. */
function backendOfRule(words: ReadonlySet<string>, { httpIn, httpsIn }: Model): string | undefined {
  const acls = ({ suffix, backend }: VhostRule): string[] => [
    `host_${suffix}`,
    `auth_${suffix}`,
    `path_${backend}`,
  ];
  const rules = (httpIn ?? httpsIn)?.rules ?? [];
  return rules.find((rule) => acls(rule).some((acl) => words.has(acl)))?.backend;
}

/** Finds the backend of a host name's TLS frontend, when only one service has certificates or options there. */
function backendOfGroupedFront(title: string, { httpsIn }: Model): string | undefined {
  const front = httpsIn?.grouped?.find(({ name }) => name === title);
  if (front === undefined) return undefined;
  const asking = (httpsIn?.rules ?? []).filter(
    ({ hosts, certificates, bindOptions }) =>
      hosts.includes(front.host) && (certificates.length > 0 || bindOptions !== undefined),
  );
  return asking.length === 1 ? asking[0]?.backend : undefined;
}
