/**
 * From the model to text, through compiled templates that the edge brings.
 *
 * Always true: equal models give equal bytes. Text of a part that did not change is not made again.
 */

import type { Backend, BackendServer } from './backends';
import { compileFormat } from './format';
import type { GroupedFront } from './grouped';
import { buildMaps, type Maps } from './maps';
import type { AppIdFront, Frontend, HttpsFront, Model, SharedFront } from './model';
import { type Piece, type TemplateName, templateTable, type Values } from './template-table';
import { comesLast } from './vhost-pieces';
import type { VhostRule } from './vhosts';

export type Templates = Readonly<Record<TemplateName, (values: Values) => string>>;

/** A part of the configuration that cannot change while HAProxy runs, and the servers that can. */
export interface Block {
  readonly text: string;
  readonly backend?: Backend;
  readonly servers?: string;
}

/** The files HAProxy needs. */
export interface Files {
  readonly config: string;
  /** Undefined: without map files. */
  readonly maps: Maps | undefined;
  readonly blocks: readonly Block[];
}
export type Renderer = (model: Model) => Files;

interface Texts {
  readonly piece: (piece: Piece) => string;
  readonly pieces: (owner: object, list: readonly Piece[]) => string;
  readonly remember: (owner: object, make: () => string) => string;
}

/** A renderer that remembers the texts of objects it has seen. */
export function createRenderer(templates: Templates): Renderer {
  const cache = new WeakMap<object, string>();
  const same = rememberLists();
  const remember = (owner: object, make: () => string): string => {
    const remembered = cache.get(owner) ?? make();
    cache.set(owner, remembered);
    return remembered;
  };
  const piece = (part: Piece): string => remember(part, () => pieceText(templates, part));
  const texts: Texts = {
    piece,
    pieces: (owner, list) => remember(owner, () => list.map(piece).join('')),
    remember,
  };
  const backends = new WeakMap<Backend, Block>();
  const backendBlock = (backend: Backend): Block => {
    const block = backends.get(backend) ?? {
      text: texts.pieces(backend.frame, backend.frame),
      backend,
      servers: backend.servers.map((server) => serverText(templates, texts, server)).join(''),
    };
    backends.set(backend, block);
    return block;
  };
  const frontendBlock = (frontend: Frontend): Block => ({ text: texts.pieces(frontend, frontend.pieces) });
  const frontendBlocks = rememberBlocks(frontendBlock);
  const backendBlocks = rememberBlocks(backendBlock);
  /** A front whose rules are the same objects as the time before has the same text. */
  const frontText = <T extends { readonly rules: readonly object[] }>(
    name: string,
    front: T | undefined,
    make: (front: T) => string,
  ): string[] => (front ? [same(name, front.rules, () => make(front))] : ['']);
  return (model) => {
    const userlists = model.frontends.flatMap(({ userlist }) => userlist ?? []);
    const shared: Block[] = [
      remember(model.head, () => templates.HEAD({ ...model.head })),
      same('userlists', userlists, () => userlists.map(piece).join('')),
      ...frontText('http', model.httpIn, (front) => httpFront(templates, texts, front, model)),
      ...frontText('app ids', model.appIdIn, (front) => appIdFront(templates, texts, front, model)),
      ...frontText('https', model.httpsIn, (front) => httpsFront(templates, texts, front, model)),
    ].map((text) => ({ text }));
    const blocks = [...shared, ...frontendBlocks(model.frontends), ...backendBlocks(model.backends)];
    return filesOf(blocks, model.mapFolder === undefined ? undefined : buildMaps(model));
  };
}

/** The files of these blocks. The text is put together when somebody asks for it, which a change of servers does late. */
export function filesOf(blocks: readonly Block[], maps: Maps | undefined): Files {
  let config: string | undefined;
  return {
    blocks,
    maps,
    get config() {
      config ??= blocks.map(({ text, servers }) => (servers === undefined ? text : text + servers)).join('');
      return config;
    },
  };
}

/** Blocks of a list; where it has the same object as the time before, its block is the same. */
function rememberBlocks<T extends object>(
  make: (entry: T) => Block,
): (list: readonly T[]) => readonly Block[] {
  let before: readonly T[] = [];
  let blocks: readonly Block[] = [];
  return (list) => {
    const previous = before;
    const previousBlocks = blocks;
    if (list !== previous) {
      blocks = list.map((entry, index) =>
        entry === previous[index] && previousBlocks[index] !== undefined
          ? previousBlocks[index]
          : make(entry),
      );
      before = list;
    }
    return blocks;
  };
}

/** Texts of lists by name, made again when the list's objects are others. Other inputs must stay the same for a renderer. */
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

/** One piece by its template, or by the label that replaces it. */
function pieceText(templates: Templates, { template, values, override }: Piece): string {
  if (override === undefined) return templates[template](values);
  const row = templateTable[template];
  if (row.kind === 'raw') return override;
  const compiled = compileFormat(override, row.placeholders);
  return 'format' in compiled ? compiled.format.fill(values) : templates[template](values);
}

function serverText(templates: Templates, { piece }: Texts, { line, health }: BackendServer): string {
  const options = health ? piece(health).trim() : '';
  const values = { ...line.values, healthCheckOptions: options === '' ? '' : ` ${options}` };
  return pieceText(templates, { ...line, values });
}

function httpFront(templates: Templates, texts: Texts, { bind, rules }: SharedFront, model: Model): string {
  const guarded = rules.some(comesLast);
  const lookup = rules.some(({ httpMapped }) => httpMapped)
    ? templates.MAP_HTTP_FRONTEND_ACL({ haproxy_dir: model.mapFolder, guarded })
    : '';
  const body = aroundLookup(rules, (rule) => texts.pieces(rule.http, rule.http), lookup);
  return templates.HTTP_FRONTEND_HEAD({ bind }) + body;
}

/**
 * The look-up in the map stands where the weight of its names, 0, puts it. Rules of less weight come after it, one of
 * which may catch everything else; HAProxy gets to them only when the look-up asks first whether there is such a name.
 */
function aroundLookup(
  rules: readonly VhostRule[],
  text: (rule: VhostRule) => string,
  lookup: string,
): string {
  const last = rules.filter(comesLast);
  const first = last.length === 0 ? rules : rules.filter((rule) => !comesLast(rule));
  return [...first.map(text), lookup, ...last.map(text)].join('');
}

function appIdFront(
  templates: Templates,
  { piece }: Texts,
  { bind, rules }: AppIdFront,
  model: Model,
): string {
  const head = templates.HTTP_FRONTEND_APPID_HEAD({ bind });
  if (model.mapFolder === undefined) return head + rules.map((rule) => piece(rule.piece)).join('');
  if (rules.length === 0) return head;
  return head + templates.MAP_HTTP_FRONTEND_APPID_ACL({ haproxy_dir: model.mapFolder });
}

function httpsFront(templates: Templates, texts: Texts, front: HttpsFront, model: Model): string {
  if (front.grouped) return groupedFronts(templates, texts, front.bind, front.grouped, model);
  const { bind, certificates, rules } = front;
  const alpn = front.http2 ? ' alpn h2,http/1.1' : '';
  const head = templates.HTTPS_FRONTEND_HEAD({ bind, sslCerts: certificateWords(certificates), alpn });
  const lookup = rules.some(({ httpsMapped }) => httpsMapped)
    ? httpsLookup(templates, model, rules.some(comesLast))
    : '';
  return head + aroundLookup(rules, (rule) => texts.remember(rule, () => httpsText(texts, rule)), lookup);
}

function httpsText({ piece }: Texts, { httpsHead, httpsHosts }: VhostRule): string {
  return [...httpsHead, ...httpsHosts.flatMap(({ pieces }) => pieces)].map(piece).join('');
}

function httpsLookup(templates: Templates, { mapFolder }: Model, guarded: boolean): string {
  return templates.MAP_HTTPS_FRONTEND_ACL({ haproxy_dir: mapFolder, hostname: '', guarded });
}

function groupedFronts(
  templates: Templates,
  { piece }: Texts,
  bind: string,
  fronts: readonly GroupedFront[],
  model: Model,
): string {
  const head = templates.HTTPS_GROUPED_FRONTEND_HEAD({ bind });
  const switches = fronts.map(({ name, host }) =>
    templates.HTTPS_GROUPED_VHOST_FRONTEND_ACL({ backend: name, host }),
  );
  const each = fronts.map(({ name, certificates, bindOptions, http2, pieces, lastPieces, mapped }) => {
    const options = bindOptions.length === 0 ? '' : ` ${bindOptions.join(' ')}`;
    const alpn = http2 && !/(^| )(no-)?alpn( |$)/.test(options) ? ' alpn h2,http/1.1' : '';
    const values = { name, sslCerts: certificateWords(certificates), bindOpts: options + alpn };
    return [
      templates.HTTPS_GROUPED_VHOST_BACKEND_HEAD({ name }),
      templates.HTTPS_GROUPED_VHOST_FRONTEND_HEAD(values),
      ...pieces.map(piece),
      mapped ? httpsLookup(templates, model, lastPieces.length > 0) : '',
      ...lastPieces.map(piece),
    ].join('');
  });
  return [head, ...switches, ...each].join('');
}

function certificateWords(paths: readonly string[]): string {
  return paths.map((path) => `crt ${path.replace(/[\s"'\\#]/g, '\\$&')}`).join(' ');
}
