/**
 * The endpoint `/help`: all paths with their methods and realms (3rdparty/libprocess/src/help.cpp).
 *
 * Clients in terminals get Markdown, `?format=json` JSON, and everybody else a page, as in the original.
 */

import { queryOf, sendJson, sendText } from './json';
import { always, type Handler, type Reply, type Request, type Route } from './server';

/** Processes beside the main one, by the first part of their paths. */
export const OTHER_PROCESSES = [
  'files',
  'metrics',
  'system',
  'version',
  'logging',
  'help',
  'registrar(1)',
  '__processes__',
] as const;

/** A page as data, before it becomes Markdown or HTML. */
interface Page {
  readonly title: string;
  readonly lines: readonly { readonly text: string; readonly href?: string }[];
}

type Processes = ReadonlyMap<string, readonly Route[]>;

export function helpRoutes(main: string, routes: readonly Route[]): Route[] {
  const processes = byProcess(main, routes);
  const names = [...processes.keys()].sort();
  const index: Page = { title: 'HELP', lines: names.map((id) => ({ text: `/${id}`, href: `/help/${id}` })) };
  const all: Handler = (request, reply) =>
    queryOf(request)['format'] === 'json'
      ? sendJson(request, reply, helpJson(processes))
      : sendPage(request, reply, index);
  const processPage: Handler = (request, reply) => {
    const [id = '', ...rest] = (request.params as { '*': string })['*'].split('/').filter(Boolean);
    const name = rest.join('/');
    const shown = processes.get(id)?.filter(({ path }) => name === '' || nameOf(path, id) === `/${name}`);
    if (!shown || shown.length === 0) {
      const missing = name === '' ? `/${id}` : `/${id}/${name}`;
      return sendText(reply, 400, `No help available for '${missing}'.\n`);
    }
    return sendPage(request, reply, {
      title: `/${id}`,
      lines: shown.map((route) => ({ text: helpLine(route) })),
    });
  };
  const ids: Handler = (request, reply) =>
    sendJson(request, reply, JSON.stringify(names.map((id) => ({ id, events: [] }))));
  return [
    { path: '/help', methods: { GET: all }, anyMethod: always },
    { path: '/help/*', methods: { GET: processPage }, anyMethod: always },
    { path: '/__processes__', methods: { GET: ids }, anyMethod: always },
  ];
}

function byProcess(main: string, routes: readonly Route[]): Processes {
  const processes = new Map<string, Route[]>();
  for (const route of routes) {
    if (route.path === '/') continue;
    const id = processOf(route.path, main);
    processes.set(id, [...(processes.get(id) ?? []), route]);
  }
  return processes;
}

/** Clients in terminals, by the start of their User-Agent. */
const TERMINAL = /^(curl|HTTPie)/;

function sendPage(request: Request, reply: Reply, page: Page): Reply {
  return TERMINAL.test(request.headers['user-agent'] ?? '')
    ? reply.type('text/x-markdown').send(markdownOf(page))
    : reply.type('text/html').send(htmlOf(page));
}

function markdownOf({ title, lines }: Page): string {
  const items = lines.map(({ text, href }) => (href === undefined ? `> ${text}` : `> [${text}](${href})`));
  return `## ${title} ##\n${items.join('\n')}\n`;
}

function htmlOf({ title, lines }: Page): string {
  const items = lines.map(({ text, href }) =>
    href === undefined ? escaped(text) : `<a href="${escaped(href)}">${escaped(text)}</a>`,
  );
  return (
    `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Help</title></head><body>` +
    `<h2>${escaped(title)}</h2><ul><li>${items.join('</li><li>')}</li></ul></body></html>`
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

function processOf(path: string, main: string): string {
  const first = path.split('/')[1] ?? '';
  return (OTHER_PROCESSES as readonly string[]).includes(first) ? first : main;
}

function nameOf(path: string, id: string): string {
  return path.startsWith(`/${id}/`) ? path.slice(id.length + 1) : path;
}

function helpLine({ path, methods, realm }: Route): string {
  const asks = realm === undefined ? '' : ` (asks who it is in the realm ${realm} when that is turned on)`;
  return `${Object.keys(methods).join(', ')} ${path}${asks}`;
}

function helpJson(processes: Processes): string {
  const shown = [...processes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, routes]) => ({
      id,
      endpoints: routes.map((route) => ({ name: nameOf(route.path, id), text: helpLine(route) })),
    }));
  return JSON.stringify({ processes: shown });
}
