/**
 * Reads template labels: texts of an app that replace a template in its own part of the configuration.
 *
 * Always true: only apps of groups in `--template-groups` have overrides, and each line begins with a directive of
 * `--template-directives`; no line opens a section other than the template's own, or disables later lines (`.if`).
 */

import type { Issue } from '../issues/issues';
import { compileFormat } from '../templates/format-string';
import { DEAD_LABELS, type TemplateName, templateTable } from '../templates/template-table';

/** The operator's rules for template labels: which apps may use them, with which directives. */
export interface TemplateLabelRules {
  /** Groups of apps, `*` for all; empty: nobody. */
  readonly groups: readonly string[];
  /** First words of lines, such as `option` or `http-request`; `*` for all. */
  readonly directives: readonly string[];
}

export type Overrides = Partial<Record<TemplateName, string>>;

/** Words that begin a section: no label may use them as a directive. */
const SECTIONS = new Set(
  (
    'global defaults frontend backend listen userlist peers mailers resolvers cache program http-errors ring ' +
    'log-forward fcgi-app crt-store traces'
  ).split(' '),
);
/** Templates that open a section, with the first line they must have. */
const OPENINGS: Readonly<Partial<Record<TemplateName, string>>> = {
  FRONTEND_HEAD: 'frontend {backend}',
  BACKEND_HEAD: 'backend {backend}',
  USERLIST_HEAD: 'userlist user_{backend}',
};
/** Templates whose text stands within a server's line. */
const WITHIN_LINE = /^BACKEND_SERVER_(HTTP|TCP)_HEALTHCHECK_OPTIONS$/;
const TEXT_MAX = 16_384;

/** The template labels of port `index` that may be used. */
export function readOverrides(
  app: { readonly id: string; readonly labels: Readonly<Record<string, string>> },
  index: number,
  groups: readonly string[],
  rules: TemplateLabelRules,
): { overrides: Overrides; issues: Issue[] } {
  const overrides: Overrides = {};
  const issues: Issue[] = [];
  const prefix = `HAPROXY_${index}_`;
  for (const label of Object.keys(app.labels)) {
    if (!label.startsWith(prefix)) continue;
    const name = label.slice(prefix.length);
    if (!isTemplateName(name) || !templateTable[name].label) continue;
    const text = (app.labels[label] ?? '').replaceAll('\r\n', '\n');
    const wrong = overrideError(name, text, groups, rules);
    if (wrong) issues.push({ app: app.id, label, ...wrong });
    else overrides[name] = WITHIN_LINE.test(name) || text === '' || text.endsWith('\n') ? text : `${text}\n`;
  }
  return { overrides, issues };
}

function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(templateTable, name);
}

/** True for the name of a template label, used or dead. */
export function isTemplateLabel(name: string): boolean {
  return (
    (Object.hasOwn(templateTable, name) && templateTable[name as TemplateName].label) || DEAD_LABELS.has(name)
  );
}

function overrideError(
  name: TemplateName,
  text: string,
  groups: readonly string[],
  rules: TemplateLabelRules,
): { text: string; column?: number } | undefined {
  if (!rules.groups.includes('*') && !groups.some((group) => rules.groups.includes(group)))
    return {
      text: 'template labels are not allowed for this app; the operator lists groups with --template-groups',
    };
  const row = templateTable[name];
  const compiled = row.kind === 'raw' ? undefined : compileFormat(text, row.placeholders);
  if (compiled && 'error' in compiled) return { text: compiled.error, column: compiled.column };
  if (text.length > TEXT_MAX) return { text: `longer than ${TEXT_MAX} characters`, column: TEXT_MAX + 1 };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const control = text.search(/[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029]/);
  if (control >= 0) return { text: 'a control character is not allowed here', column: control + 1 };
  const variable = text.search(/\$/);
  if (variable >= 0 && /["$]\$|"[^"\n]*\$|\$\{/.test(text))
    return { text: 'variables of the environment are not allowed here', column: variable + 1 };
  return lineError(name, text, rules.directives);
}

function lineError(
  name: TemplateName,
  text: string,
  directives: readonly string[],
): { text: string; column: number } | undefined {
  if (WITHIN_LINE.test(name)) {
    const end = text.trimEnd().indexOf('\n');
    if (end >= 0) return { text: 'a line end is not allowed here', column: end + 1 };
    return allowed('check', directives) ? undefined : refused('check', 1);
  }
  let offset = 0;
  let opened = false;
  for (const line of text.split('\n')) {
    const column = offset + 1;
    offset += line.length + 1;
    const words = line.trim().split(/\s+/);
    const first = words[0] ?? '';
    if (first === '' || first.startsWith('#')) continue;
    if (!opened && OPENINGS[name] !== undefined) {
      opened = true;
      if (words.join(' ') === OPENINGS[name]) continue;
      return { text: `the first line has to be "${OPENINGS[name]}"`, column };
    }
    if (!/^[a-z][a-z0-9_-]*$/i.test(first))
      return { text: `a line has to begin with a directive, without quotes: ${first}`, column };
    if (SECTIONS.has(first)) return { text: `${first} would open a section`, column };
    if (!allowed(words.slice(0, 2).join(' '), directives)) return refused(first, column);
  }
  return undefined;
}

function allowed(words: string, directives: readonly string[]): boolean {
  return (
    directives.includes('*') ||
    directives.some((directive) => words === directive || words.split(' ')[0] === directive)
  );
}

function refused(directive: string, column: number): { text: string; column: number } {
  return {
    text: `the directive ${directive} is not allowed; the operator lists directives with --template-directives`,
    column,
  };
}
