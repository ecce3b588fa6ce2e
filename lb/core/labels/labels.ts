/**
 * The one table of marathon-lb's labels, from which reading, issues and the reference in the README are made.
 *
 * To add a label: a row here, a line in a template, a golden folder.
 */

import type { Issue } from '../issues/issues';
import { DEAD_LABELS } from '../templates/template-table';
import * as values from './label-values';
import { isTemplateLabel } from './overrides';

/** A label of one service port, `HAPROXY_{n}_NAME`. */
export interface LabelRow<T> {
  readonly read: values.Reader<T>;
  /** The value when the label is absent or wrong. */
  readonly fallback: T;
  /** The default as the reference shows it. */
  readonly fallbackText: string;
  readonly help: string;
  /** The part of the configuration that the label changes. */
  readonly lands: string;
  /** The part of the service that a wrong value closes, for labels that restrict access: it must not open to everybody. */
  readonly closes?: ClosablePart;
}

/** The parts of a service that can be closed: the whole port, its own listener, its host names. */
export type ClosablePart = 'port' | 'listener' | 'hosts';
const CLOSABLE_PARTS: Readonly<Record<ClosablePart, { readonly issue: string; readonly help: string }>> = {
  port: { issue: 'the port is not served', help: 'closes the port' },
  listener: { issue: 'the port has no listener of its own', help: 'closes the listener of the port' },
  hosts: { issue: 'its host names are not served', help: 'closes the host names' },
};

function row<T>(read: values.Reader<T>, rest: Omit<LabelRow<T>, 'read'>): LabelRow<T> {
  return { read, ...rest };
}

function optional<T>(
  read: values.Reader<T>,
  rest: { help: string; lands: string; fallbackText?: string; closes?: ClosablePart },
): LabelRow<T | undefined> {
  return { read, fallback: undefined, fallbackText: 'none', ...rest };
}

export const portLabels = {
  VHOST: optional(values.listOf(',', values.host, []), {
    help: 'Host names whose requests come here, separated by commas, without wildcards. Makes the port http.',
    lands: 'rules of marathon_http_in and marathon_https_in',
  }),
  GROUP: optional(values.groupNames, {
    closes: 'port',
    fallbackText: 'HAPROXY_GROUP',
    help: 'Groups of load balancers that serve this port, instead of the ones of the app.',
    lands: 'whether the port is served',
  }),
  PORT: optional(values.wholeNumber(1, 65_535), {
    fallbackText: 'the service port',
    help: 'The port to listen on.',
    lands: 'bind of the frontend, names of frontend and backend',
  }),
  MODE: optional(values.oneOf('http', 'tcp'), {
    fallbackText: 'http with VHOST or an HTTP health check, else tcp',
    help: 'http or tcp.',
    lands: 'mode of frontend and backend',
  }),
  BALANCE: row(values.balance, {
    fallback: 'roundrobin',
    fallbackText: 'roundrobin',
    help: 'How requests are spread over the servers.',
    lands: 'balance of the backend',
  }),
  ENABLED: optional(values.boolean, {
    fallbackText: 'true; false with --strict-mode',
    help: 'Whether this port is served at all.',
    lands: 'whether the port is served',
  }),
  STICKY: row(values.boolean, {
    fallback: false,
    fallbackText: 'false',
    help: 'Keeps a client at one server with a cookie (http).',
    lands: 'cookie of the backend and its servers',
  }),
  PATH: optional(values.pathTest, {
    closes: 'hosts',
    help:
      'Beginnings of paths that come here, separated by blanks. First may stand `-i` to ignore case, and `-m reg` for ' +
      'regular expressions. Needs VHOST.',
    lands: 'rules of marathon_http_in and marathon_https_in',
  }),
  REDIRECT_TO_HTTPS: row(values.boolean, {
    fallback: false,
    fallbackText: 'false',
    help: 'Answers plain requests for the host names with a redirect. Needs --ssl-certs.',
    lands: 'rules of marathon_http_in',
  }),
  SSL_CERT: optional(values.certificates, {
    closes: 'listener',
    help: 'Certificate of the service port, which then speaks TLS; with --group-https-by-vhost of the host names.',
    lands: 'bind of the frontend, or of the frontend of each host name',
  }),
  BIND_OPTIONS: optional(values.bindOptions, {
    closes: 'listener',
    help: 'More options for the listener, such as `accept-proxy` or `ciphers NAMES`.',
    lands: 'bind of the frontend, or of the frontend of each host name',
  }),
  BIND_ADDR: optional(values.bindAddress, {
    closes: 'listener',
    fallbackText: '--bind-address',
    help: 'The address to listen on.',
    lands: 'bind of the frontend',
  }),
  BACKEND_WEIGHT: optional(values.wholeNumber(-999_999_999, 999_999_999), {
    fallbackText: '0; 1 with PATH',
    help: 'Order of the host name rules, highest first. Not the weight of servers.',
    lands: 'order of rules in marathon_http_in and marathon_https_in',
  }),
  SERVER_WEIGHT: optional(values.wholeNumber(0, 256), {
    fallbackText: 'none',
    help: 'Share of requests each task gets, beside tasks of another app of its deployment group. Not of marathon-lb.',
    lands: 'weight of the servers',
  }),
  BACKEND_HEALTHCHECK_PORT_INDEX: optional(values.wholeNumber(-1000, 1000), {
    fallbackText: 'its own port',
    help: 'Which port of the app is asked whether it is healthy; from the end when negative.',
    lands: 'check and port of the servers',
  }),
  USE_HSTS: row(values.boolean, {
    fallback: false,
    fallbackText: 'false',
    help: 'Tells browsers to use HTTPS only (http).',
    lands: 'http-response of the backend',
  }),
  AUTH: optional(values.auth, {
    closes: 'hosts',
    help: '`realm:user:password`, the password as crypt(3) writes it. Guards the host names, not the service port.',
    lands: 'a userlist, rules of marathon_http_in and marathon_https_in',
  }),
  BACKEND_NETWORK_ALLOWED_ACL: optional(values.listOf(' ', values.network), {
    closes: 'port',
    fallbackText: 'everyone',
    help: 'Networks that may come here, separated by blanks.',
    lands: 'allow list of the backend',
  }),
  HTTP_BACKEND_PROXYPASS_PATH: optional(values.path, {
    help: 'Beginning of paths that is taken away before the request goes on (http).',
    lands: 'http-request of the backend',
  }),
  HTTP_BACKEND_REVPROXY_PATH: optional(values.path, {
    help: 'Path put before the path of Location headers in answers (http).',
    lands: 'http-response of the backend',
  }),
  HTTP_BACKEND_REDIR: optional(values.redirectTarget, {
    help: 'Requests for `/` are redirected to this path or URL (http, needs VHOST).',
    lands: 'redirect of the backend',
  }),
} as const;

export type PortLabelName = keyof typeof portLabels;
/** The typed values of one port's labels. */
export type PortLabels = {
  readonly [K in PortLabelName]: (typeof portLabels)[K] extends LabelRow<infer T> ? T : never;
};

/** Labels of the whole app. */
export const appLabels = {
  GROUP: optional(values.groupNames, {
    help: 'Groups of load balancers that serve this app, separated by commas.',
    lands: 'whether the app is served',
  }),
  DEPLOYMENT_GROUP: optional(values.groupId, {
    help: 'Apps with the same name are one service while one replaces the other.',
    lands: 'the app id, in all names',
  }),
  DEPLOYMENT_ALT_PORT: optional(values.wholeNumber(1, 65_535), {
    help: 'The service port of the other colour.',
    lands: 'read by `meseta lb zdd`',
  }),
  DEPLOYMENT_COLOUR: optional(values.word, {
    help: 'blue or green; written by `meseta lb zdd`.',
    lands: 'read by `meseta lb zdd`',
  }),
  DEPLOYMENT_STARTED_AT: optional(values.timestamp, {
    help: 'Which app of the group is the older one; written by `meseta lb zdd`.',
    lands: 'labels and ports of the group',
  }),
  DEPLOYMENT_TARGET_INSTANCES: optional(values.wholeNumber(0, 1_000_000), {
    fallbackText: '1',
    help: 'How many instances the group is to have; written by `meseta lb zdd`.',
    lands: 'which servers are disabled',
  }),
  DEPLOYMENT_NEW_INSTANCES: optional(values.wholeNumber(0, 1_000_000), {
    fallbackText: '0',
    help: 'How many instances of the newer app run beside the older one for good; written by `meseta lb zdd`.',
    lands: 'which servers are disabled',
  }),
  APP_ID: optional(values.word, {
    help: 'The id before `meseta lb zdd` added a colour.',
    lands: 'nowhere',
  }),
} as const;
export type AppLabelName = keyof typeof appLabels;
export type AppLabels = {
  readonly [K in AppLabelName]: (typeof appLabels)[K] extends LabelRow<infer T> ? T : never;
};

/** Reads the labels of the whole app. A wrong value counts as absent, and is an issue. */
export function readAppLabels(
  app: string,
  labels: Readonly<Record<string, string>>,
): { labels: AppLabels; issues: Issue[] } {
  const issues: Issue[] = [];
  const typed: Partial<Record<AppLabelName, unknown>> = {};
  for (const name of Object.keys(appLabels) as AppLabelName[]) {
    const label = `HAPROXY_${name}`;
    const text = Object.hasOwn(labels, label) ? labels[label] : undefined;
    if (text === undefined) continue;
    const reading: values.ReadResult<unknown> = appLabels[name].read(text);
    if ('value' in reading) typed[name] = reading.value;
    else issues.push({ app, label, column: reading.column, text: reading.error });
  }
  return { labels: typed as AppLabels, issues };
}

/** Reads HAPROXY_GROUP. Errors are not reported here, because the app may belong to another load balancer. */
export function readAppGroups(labels: Readonly<Record<string, string>>): readonly string[] {
  const reading = appLabels.GROUP.read(labels['HAPROXY_GROUP'] ?? '');
  return 'value' in reading ? (reading.value ?? []) : [];
}

/**
 * Reads the labels of port `index`. A wrong value gives the default and an issue. A wrong value of a label that restricts
 * access also closes its part of the service.
 */
export function readPortLabels(
  app: string,
  labels: Readonly<Record<string, string>>,
  index: number,
): { labels: PortLabels; closed: ReadonlySet<ClosablePart>; issues: Issue[] } {
  const issues: Issue[] = [];
  const closed = new Set<ClosablePart>();
  const typed: Partial<Record<PortLabelName, unknown>> = {};
  for (const name of Object.keys(portLabels) as PortLabelName[]) {
    const label = `HAPROXY_${index}_${name}`;
    const text = Object.hasOwn(labels, label) ? labels[label] : undefined;
    const { fallback, closes }: LabelRow<unknown> = portLabels[name];
    typed[name] = fallback;
    if (text === undefined) continue;
    const reading: values.ReadResult<unknown> = portLabels[name].read(text);
    if ('value' in reading) {
      typed[name] = reading.value;
      for (const { error, column } of reading.warnings ?? [])
        issues.push({ app, label, column, text: error });
      continue;
    }
    typed[name] = reading.substitute ?? fallback;
    if (closes) closed.add(closes);
    const consequence = closes ? `; ${CLOSABLE_PARTS[closes].issue}` : '';
    issues.push({ app, label, column: reading.column, text: reading.error + consequence });
  }
  return { labels: typed as PortLabels, closed, issues };
}

/** Issues for labels that begin with HAPROXY_ but are unknown or have no effect. */
export function unknownLabels(
  app: string,
  labels: Readonly<Record<string, string>>,
  portCount: number,
): Issue[] {
  const issues: Issue[] = [];
  for (const label of Object.keys(labels).sort()) {
    const match = /^HAPROXY_(?:(\d+)_)?(.+)$/.exec(label);
    if (!match?.[2]) continue;
    const table = match[1] === undefined ? appLabels : portLabels;
    const template = match[1] !== undefined && isTemplateLabel(match[2]);
    if (!Object.hasOwn(table, match[2]) && !template)
      issues.push({ app, label, text: 'this label is not known and steers nothing' });
    else if (DEAD_LABELS.has(match[2]))
      issues.push({
        app,
        label,
        text: 'this label steers nothing; replace the template for all apps instead',
      });
    else if (match[1] !== undefined && Number(match[1]) >= portCount)
      issues.push({
        app,
        label,
        text: `the app has no port ${match[1]}: it has ${portCount}, counted from 0`,
      });
  }
  return issues;
}

/** The label reference as a Markdown table. */
export function labelReference(): string {
  const lines = [
    ...Object.entries(appLabels).map(([name, entry]) => referenceLine(`HAPROXY_${name}`, entry)),
    ...Object.entries(portLabels).map(([name, entry]) => referenceLine(`HAPROXY_{n}_${name}`, entry)),
  ];
  return ['| label | default | meaning | where it lands |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function referenceLine(name: string, { fallbackText, help, lands, closes }: LabelRow<unknown>): string {
  const consequence = closes ? ` A wrong value ${CLOSABLE_PARTS[closes].help}.` : '';
  return `| \`${name}\` | ${fallbackText} | ${help}${consequence} | ${lands} |`;
}
