/**
 * Renders the model to text with the compiled templates that the edge loads.
 *
 * Always true: equal models give equal bytes. The text of an unchanged part is not rendered again.
 */

import type { Backend, BackendServer } from '../model/backends';
import type { AppIdFrontend, Frontend, HttpsFrontend, Model, SharedFrontend } from '../model/model';
import { compileFormat } from '../templates/format-string';
import {
  type Snippet,
  type TemplateName,
  type TemplateValues,
  templateTable,
} from '../templates/template-table';
import type { GroupedVhost } from '../vhosts/grouped-vhosts';
import { comesAfterMap } from '../vhosts/vhost-snippets';
import type { VhostRule } from '../vhosts/vhosts';
import { buildMaps, type Maps } from './maps';
import type { ServerLine } from './server-line';
import { readServerTemplate, type ServerTemplate } from './server-template';

export type Templates = Readonly<Record<TemplateName, (values: TemplateValues) => string>> & {
  /** The template of a server's line; undefined when commands cannot make what it makes. */
  readonly server: ServerTemplate | undefined;
};

/** A section of the configuration: the text that only a reload changes, and the servers that commands change. */
export interface Block {
  readonly text: string;
  readonly backend?: Backend;
  readonly servers?: readonly ServerLine[];
}

/** The files HAProxy needs. */
export interface ConfigFiles {
  readonly config: string;
  /** Undefined without map files. */
  readonly maps: Maps | undefined;
  readonly blocks: readonly Block[];
}
export type Renderer = (model: Model) => ConfigFiles;

interface TextCache {
  readonly snippet: (snippet: Snippet) => string;
  readonly snippets: (owner: object, list: readonly Snippet[]) => string;
  readonly remember: (owner: object, make: () => string) => string;
}

/** A renderer that caches the texts of objects it has rendered. */
export function createRenderer(templates: Templates): Renderer {
  const cache = new WeakMap<object, string>();
  const same = rememberLists();
  const remember = (owner: object, make: () => string): string => {
    const remembered = cache.get(owner) ?? make();
    cache.set(owner, remembered);
    return remembered;
  };
  const snippet = (part: Snippet): string => remember(part, () => snippetText(templates, part));
  const texts: TextCache = {
    snippet,
    snippets: (owner, list) => remember(owner, () => list.map(snippet).join('')),
    remember,
  };
  const backends = new WeakMap<Backend, Block>();
  const backendBlock = (backend: Backend): Block => {
    const block = backends.get(backend) ?? {
      text: texts.snippets(backend.directives, backend.directives),
      backend,
      servers: backend.servers.map((server) => serverLine(templates, texts, server)),
    };
    backends.set(backend, block);
    return block;
  };
  const blockText = ({ text, backend }: Block): string => {
    if (backend === undefined) return text;
    const { servers } = backend;
    return (
      text + remember(servers, () => servers.map((server) => serverText(templates, texts, server)).join(''))
    );
  };
  const blockTexts = rememberEach(blockText);
  const frontendBlock = (frontend: Frontend): Block => ({
    text: texts.snippets(frontend, frontend.snippets),
  });
  const frontendBlocks = rememberEach(frontendBlock);
  const backendBlocks = rememberEach(backendBlock);
  /** A frontend whose rules are the same objects as at the last call has the same text. */
  const frontText = <T extends { readonly rules: readonly object[] }>(
    name: string,
    front: T | undefined,
    make: (front: T) => string,
  ): string[] => (front ? [same(name, front.rules, () => make(front))] : ['']);
  return (model) => {
    const userlists = model.frontends.flatMap(({ userlist }) => userlist ?? []);
    const shared: Block[] = [
      remember(model.head, () => templates.HEAD({ ...model.head })),
      same('userlists', userlists, () => userlists.map(snippet).join('')),
      ...frontText('http', model.httpIn, (front) => httpFrontendText(templates, texts, front, model)),
      ...frontText('app ids', model.appIdIn, (front) => appIdFrontendText(templates, texts, front, model)),
      ...frontText('https', model.httpsIn, (front) => httpsFrontendText(templates, texts, front, model)),
    ].map((text) => ({ text }));
    const blocks = [...shared, ...frontendBlocks(model.frontends), ...backendBlocks(model.backends)];
    return filesOf(blocks, model.mapFolder === undefined ? undefined : buildMaps(model), blockTexts);
  };
}

/** The files of these blocks. The whole text is made on first use: a change of servers needs it late. */
function filesOf(
  blocks: readonly Block[],
  maps: Maps | undefined,
  textsOf: (blocks: readonly Block[]) => readonly string[],
): ConfigFiles {
  let config: string | undefined;
  return {
    blocks,
    maps,
    get config() {
      config ??= textsOf(blocks).join('');
      return config;
    },
  };
}

/** Renders the entries of a list; an entry that is the same object as at the last call keeps what it was rendered to. */
function rememberEach<T extends object, R>(make: (entry: T) => R): (list: readonly T[]) => readonly R[] {
  let before: readonly T[] = [];
  let results: readonly R[] = [];
  return (list) => {
    const previous = before;
    const previousResults = results;
    if (list !== previous) {
      results = list.map((entry, index) => {
        const result = entry === previous[index] ? previousResults[index] : undefined;
        return result ?? make(entry);
      });
      before = list;
    }
    return results;
  };
}

/** Caches the texts of lists by name, as long as a list has the same objects. Other inputs must not change. */
function rememberLists(): (name: string, list: readonly object[], make: () => string) => string {
  const cache = new Map<string, { readonly list: readonly object[]; readonly text: string }>();
  return (name, list, make) => {
    const before = cache.get(name);
    if (before?.list === list) return before.text;
    if (before?.list.length === list.length && before.list.every((entry, index) => entry === list[index]))
      return before.text;
    const text = make();
    cache.set(name, { list, text });
    return text;
  };
}

/** Renders one snippet by its template, or by the label that replaces it. */
function snippetText(templates: Templates, { template, values, override }: Snippet): string {
  if (override === undefined) return templates[template](values);
  const row = templateTable[template];
  if (row.kind === 'raw') return override;
  const compiled = compileFormat(override, row.placeholders);
  return 'format' in compiled ? compiled.format.fill(values) : templates[template](values);
}

function serverText(templates: Templates, texts: TextCache, server: BackendServer): string {
  const { line } = server;
  const values = { ...line.values, healthCheckOptions: healthOptions(texts, server) };
  return line.override === undefined
    ? templates[line.template](values)
    : snippetText(templates, { ...line, values });
}

function healthOptions({ snippet }: TextCache, { health }: BackendServer): string {
  const options = health ? snippet(health).trim() : '';
  return options === '' ? '' : ` ${options}`;
}

/** The values of a server's line, as its template or the label in place of the template makes it. */
function serverLine(templates: Templates, texts: TextCache, server: BackendServer): ServerLine {
  const { line, name, endpoint, weight, draining } = server;
  const healthCheckOptions = healthOptions(texts, server);
  const template = line.override === undefined ? templates.server : readServerTemplate(line.override);
  const options = template?.options(line.values, healthCheckOptions);
  if (template === undefined || options === undefined || options.includes('\n')) {
    const text = snippetText(templates, {
      ...line,
      values: { ...line.values, healthCheckOptions, otherOptions: '' },
    });
    return { name, endpoint, id: undefined, options: text, weight, draining, changeable: false };
  }
  return {
    name,
    endpoint,
    id: template.hasId ? server.id : undefined,
    options,
    weight: template.hasOther ? weight : undefined,
    draining: template.hasOther && draining,
    changeable: true,
  };
}

function httpFrontendText(
  templates: Templates,
  texts: TextCache,
  { bind, rules }: SharedFrontend,
  model: Model,
): string {
  const guarded = rules.some(comesAfterMap);
  const lookup = rules.some(({ httpMapped }) => httpMapped)
    ? templates.MAP_HTTP_FRONTEND_ACL({ haproxy_dir: model.mapFolder, guarded })
    : '';
  const body = rulesAroundMap(rules, (rule) => texts.snippets(rule.http, rule.http), lookup);
  return templates.HTTP_FRONTEND_HEAD({ bind }) + body;
}

/**
 * Puts the lookup in the map where its weight, 0, belongs. Rules of less weight, such as a catch-all, come after it;
 * HAProxy reaches them only when the lookup first tests whether the map has the name.
 */
function rulesAroundMap(
  rules: readonly VhostRule[],
  text: (rule: VhostRule) => string,
  lookup: string,
): string {
  const last = rules.filter(comesAfterMap);
  const first = last.length === 0 ? rules : rules.filter((rule) => !comesAfterMap(rule));
  return [...first.map(text), lookup, ...last.map(text)].join('');
}

function appIdFrontendText(
  templates: Templates,
  { snippet }: TextCache,
  { bind, rules }: AppIdFrontend,
  model: Model,
): string {
  const head = templates.HTTP_FRONTEND_APPID_HEAD({ bind });
  if (model.mapFolder === undefined) return head + rules.map((rule) => snippet(rule.snippet)).join('');
  if (rules.length === 0) return head;
  return head + templates.MAP_HTTP_FRONTEND_APPID_ACL({ haproxy_dir: model.mapFolder });
}

function httpsFrontendText(
  templates: Templates,
  texts: TextCache,
  front: HttpsFrontend,
  model: Model,
): string {
  if (front.grouped) return groupedVhostsText(templates, texts, front.bind, front.grouped, model);
  const { bind, certificates, rules } = front;
  const alpn = front.http2 ? ' alpn h2,http/1.1' : '';
  const head = templates.HTTPS_FRONTEND_HEAD({ bind, sslCerts: certificateWords(certificates), alpn });
  const lookup = rules.some(({ httpsMapped }) => httpsMapped)
    ? httpsMapLookup(templates, model, rules.some(comesAfterMap))
    : '';
  return (
    head + rulesAroundMap(rules, (rule) => texts.remember(rule, () => httpsRuleText(texts, rule)), lookup)
  );
}

function httpsRuleText({ snippet }: TextCache, { httpsHead, httpsHosts }: VhostRule): string {
  return [...httpsHead, ...httpsHosts.flatMap(({ snippets }) => snippets)].map(snippet).join('');
}

function httpsMapLookup(templates: Templates, { mapFolder }: Model, guarded: boolean): string {
  return templates.MAP_HTTPS_FRONTEND_ACL({ haproxy_dir: mapFolder, hostname: '', guarded });
}

function groupedVhostsText(
  templates: Templates,
  { snippet }: TextCache,
  bind: string,
  vhosts: readonly GroupedVhost[],
  model: Model,
): string {
  const head = templates.HTTPS_GROUPED_FRONTEND_HEAD({ bind });
  const switches = vhosts.map(({ name, host }) =>
    templates.HTTPS_GROUPED_VHOST_FRONTEND_ACL({ backend: name, host }),
  );
  const each = vhosts.map(({ name, certificates, bindOptions, http2, snippets, lastSnippets, mapped }) => {
    const options = bindOptions.length === 0 ? '' : ` ${bindOptions.join(' ')}`;
    const alpn = http2 && !/(^| )(no-)?alpn( |$)/.test(options) ? ' alpn h2,http/1.1' : '';
    const values = { name, sslCerts: certificateWords(certificates), bindOpts: options + alpn };
    return [
      templates.HTTPS_GROUPED_VHOST_BACKEND_HEAD({ name }),
      templates.HTTPS_GROUPED_VHOST_FRONTEND_HEAD(values),
      ...snippets.map(snippet),
      mapped ? httpsMapLookup(templates, model, lastSnippets.length > 0) : '',
      ...lastSnippets.map(snippet),
    ].join('');
  });
  return [head, ...switches, ...each].join('');
}

function certificateWords(paths: readonly string[]): string {
  return paths.map((path) => `crt ${path.replace(/[\s"'\\#]/g, '\\$&')}`).join(' ');
}
