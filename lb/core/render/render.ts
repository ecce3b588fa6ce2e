/**
 * Renders the model to text with the compiled templates that the edge loads.
 *
 * Always true: equal models give equal bytes. The text of a part of the same version is not rendered again.
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
import { createVersioned, UNVERSIONED, type Versioned } from '../versions/versioned';
import type { GroupedVhost } from '../vhosts/grouped-vhosts';
import { comesAfterMap } from '../vhosts/vhost-snippets';
import type { AppIdRule, VhostRule } from '../vhosts/vhosts';
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

/** Texts of parts, by name and version. */
interface Texts {
  readonly snippets: (list: readonly Snippet[]) => string;
  readonly of: Versioned<string>['of'];
}

/** A part of a model that has a name and a version. */
interface VersionedPart {
  readonly name: string;
  readonly version: number;
}

/** The block of a backend, by which its whole text is found again. */
interface BackendBlock extends Block, VersionedPart {
  readonly backend: Backend;
}

/** A renderer that caches texts by version: its versioned models are all of one builder. */
export function createRenderer(templates: Templates): Renderer {
  const cache = createVersioned<string>();
  const snippet = (part: Snippet): string => snippetText(templates, part);
  const texts: Texts = { snippets: (list) => list.map(snippet).join(''), of: cache.of };
  const backendBlocks = rememberEach((backend: Backend): BackendBlock => {
    const health = healthTexts(snippet);
    return {
      name: backend.name,
      version: backend.version,
      text: texts.snippets(backend.directives),
      backend,
      servers: backend.servers.map((server) => serverLine(templates, health, server)),
    };
  });
  const frontendBlocks = rememberEach(
    ({ snippets }: Frontend): Block => ({ text: texts.snippets(snippets) }),
  );
  /** The whole text of backends: directives and servers. */
  const backendTexts = rememberEach(({ text, backend }: BackendBlock): string => {
    const health = healthTexts(snippet);
    return text + backend.servers.map((server) => serverText(templates, health, server)).join('');
  });
  return (model) => {
    const { head, frontends, backends, httpIn, appIdIn, httpsIn, mapFolder } = model;
    const shared = [
      cache.of('head', JSON.stringify(head), () => templates.HEAD({ ...head })),
      userlistsText(texts, frontends),
      httpIn ? cache.of('http', httpIn.version, () => httpFrontendText(templates, texts, httpIn, model)) : '',
      cache.of('app ids', appIdIn.version, () => appIdFrontendText(templates, texts, appIdIn, model)),
      httpsIn
        ? cache.of('https', httpsIn.version, () => httpsFrontendText(templates, texts, httpsIn, model))
        : '',
    ];
    const front = [...shared.map((text): Block => ({ text })), ...frontendBlocks(frontends)];
    const back = backendBlocks(backends);
    const wholeText = (): string => front.map(({ text }) => text).join('') + backendTexts(back).join('');
    const maps = mapFolder === undefined ? undefined : buildMaps(model);
    if (!isUnversioned(backends)) cache.trim(TEXTS_EACH * backends.length, () => textNames(model));
    return filesOf(front.concat(back), maps, wholeText);
  };
}

/** Texts that one service can have in the cache. */
const TEXTS_EACH = 4;

/** Names under which texts of this model are in the cache. */
function textNames({ backends }: Model): string[] {
  const names = ['head', 'http', 'app ids', 'https'];
  for (const { name } of backends)
    names.push(`http ${name}`, `https ${name}`, `app id ${name}`, `userlist ${name}`);
  return names;
}

function userlistsText(texts: Texts, frontends: readonly Frontend[]): string {
  let text = '';
  for (const { name, version, userlist } of frontends)
    if (userlist) text += texts.of(`userlist ${name}`, version, () => texts.snippets([userlist]));
  return text;
}

/** Texts of health check options, of which the servers of a backend have few. */
function healthTexts(snippet: (part: Snippet) => string): (server: BackendServer) => string {
  const cache = new Map<Snippet, string>();
  return ({ health }) => {
    if (health === undefined) return '';
    const cached = cache.get(health);
    if (cached !== undefined) return cached;
    const options = snippet(health).trim();
    const text = options === '' ? '' : ` ${options}`;
    cache.set(health, text);
    return text;
  };
}

/** The files of these blocks. The whole text is made on first use: a change of servers needs it late. */
function filesOf(blocks: readonly Block[], maps: Maps | undefined, textOf: () => string): ConfigFiles {
  let config: string | undefined;
  return {
    blocks,
    maps,
    get config() {
      config ??= textOf();
      return config;
    },
  };
}

function isUnversioned(parts: readonly VersionedPart[]): boolean {
  return parts.every(({ version }) => version === UNVERSIONED);
}

/** Renders the parts of a list; a part of the same version at the same place, or by its name, is not rendered again. */
function rememberEach<T extends VersionedPart, R>(
  make: (part: T) => R,
): (list: readonly T[]) => readonly R[] {
  const cache = createVersioned<R>();
  let before: readonly T[] = [];
  let results: readonly R[] = [];
  return (list) => {
    if (list === before) return results;
    // A few apps that are checked alone leave the cache to the whole model.
    if (isUnversioned(list)) return list.map((part) => make(part));
    const previous = before;
    const previousResults = results;
    results = list.map((part, index) => {
      const same = part.version !== UNVERSIONED && part.version === previous[index]?.version;
      const result = same ? previousResults[index] : undefined;
      return result ?? cache.of(part.name, part.version, () => make(part));
    });
    before = list;
    cache.trim(list.length, () => list.map(({ name }) => name));
    return results;
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

function serverText(
  templates: Templates,
  health: (server: BackendServer) => string,
  server: BackendServer,
): string {
  const { line } = server;
  const values = { ...line.values, healthCheckOptions: health(server) };
  return line.override === undefined
    ? templates[line.template](values)
    : snippetText(templates, { ...line, values });
}

/** The values of a server's line, as its template or the label in place of the template makes it. */
function serverLine(
  templates: Templates,
  health: (server: BackendServer) => string,
  server: BackendServer,
): ServerLine {
  const { line, name, endpoint, weight, draining } = server;
  const healthCheckOptions = health(server);
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
  texts: Texts,
  { bind, rules }: SharedFrontend,
  model: Model,
): string {
  const guarded = rules.some(comesAfterMap);
  const lookup = rules.some(({ httpMapped }) => httpMapped)
    ? templates.MAP_HTTP_FRONTEND_ACL({ haproxy_dir: model.mapFolder, guarded })
    : '';
  const body = rulesAroundMap(
    rules,
    (rule) => texts.of(`http ${rule.backend}`, rule.version, () => texts.snippets(rule.http)),
    lookup,
  );
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
  texts: Texts,
  { bind, rules }: AppIdFrontend,
  model: Model,
): string {
  const head = templates.HTTP_FRONTEND_APPID_HEAD({ bind });
  if (model.mapFolder === undefined) return head + rules.map((rule) => appIdRuleText(texts, rule)).join('');
  if (rules.length === 0) return head;
  return head + templates.MAP_HTTP_FRONTEND_APPID_ACL({ haproxy_dir: model.mapFolder });
}

function httpsFrontendText(templates: Templates, texts: Texts, front: HttpsFrontend, model: Model): string {
  if (front.grouped) return groupedVhostsText(templates, texts, front.bind, front.grouped, model);
  const { bind, certificates, rules } = front;
  const alpn = front.http2 ? ' alpn h2,http/1.1' : '';
  const head = templates.HTTPS_FRONTEND_HEAD({ bind, sslCerts: certificateWords(certificates), alpn });
  const lookup = rules.some(({ httpsMapped }) => httpsMapped)
    ? httpsMapLookup(templates, model, rules.some(comesAfterMap))
    : '';
  return (
    head +
    rulesAroundMap(
      rules,
      (rule) => texts.of(`https ${rule.backend}`, rule.version, () => httpsRuleText(texts, rule)),
      lookup,
    )
  );
}

function appIdRuleText(texts: Texts, { backend, version, snippet }: AppIdRule): string {
  return texts.of(`app id ${backend}`, version, () => texts.snippets([snippet]));
}

function httpsRuleText({ snippets }: Texts, { httpsHead, httpsHosts }: VhostRule): string {
  return snippets([...httpsHead, ...httpsHosts.flatMap((host) => host.snippets)]);
}

function httpsMapLookup(templates: Templates, { mapFolder }: Model, guarded: boolean): string {
  return templates.MAP_HTTPS_FRONTEND_ACL({ haproxy_dir: mapFolder, hostname: '', guarded });
}

function groupedVhostsText(
  templates: Templates,
  { snippets: print }: Texts,
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
      print(snippets),
      mapped ? httpsMapLookup(templates, model, lastSnippets.length > 0) : '',
      print(lastSnippets),
    ].join('');
  });
  return [head, ...switches, ...each].join('');
}

function certificateWords(paths: readonly string[]): string {
  return paths.map((path) => `crt ${path.replace(/[\s"'\\#]/g, '\\$&')}`).join(' ');
}
