/**
 * Reads what an adopted HAProxy serves, so that only the difference to the wanted configuration is sent to it.
 *
 * In: the answer to `show servers state`, the configuration on disk, the wanted files      Out: ConfigFiles as they run
 * Always true: a server whose line is not known for certain differs from every wanted one.
 */

import type { Block, ConfigFiles } from '../render/render';
import { readSections } from '../render/sections';
import { type ServerLine, wordsOf } from '../render/server-line';
import { type Capabilities, type Command, decide } from './decide-reload';

/** A server of the running worker, from `show servers state`. */
export interface RunningServer {
  readonly backend: string;
  readonly server: string;
  /** `address:port`, an IPv6 address in brackets. */
  readonly endpoint: string;
  /** Forced maintenance or drain: the server gets no new request. */
  readonly disabled: boolean;
  readonly weight: number;
}

const COLUMNS = { backend: 1, server: 3, address: 4, admin: 6, weight: 7, port: 18 } as const;
/** HAProxy's flags `SRV_ADMF_FMAINT` and `SRV_ADMF_FDRAIN` of the administrative state. */
const DISABLED_FLAGS = 0x01 | 0x08;

/** Reads the answer to `show servers state`; rows of another form are left out. */
export function readRunningServers(answer: string): RunningServer[] {
  return answer.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    if (!/^\d+ /.test(line) || fields.length <= COLUMNS.port) return [];
    const text = (column: keyof typeof COLUMNS): string => fields[COLUMNS[column]] ?? '';
    const address = text('address');
    return {
      backend: text('backend'),
      server: text('server'),
      endpoint: `${address.includes(':') ? `[${address}]` : address}:${text('port')}`,
      disabled: (Number(text('admin')) & DISABLED_FLAGS) !== 0,
      weight: Number(text('weight')),
    };
  });
}

/** Servers of a configuration by backend and name. */
type ConfiguredServers = ReadonlyMap<string, ReadonlyMap<string, ServerLine>>;

/** Reads the servers of a configuration that an earlier run wrote. */
export function readConfiguredServers(config: string): ConfiguredServers {
  const backends = new Map<string, Map<string, ServerLine>>();
  for (const { title, text } of readSections(config)) {
    const name = /^backend (\S+)$/.exec(title)?.[1];
    if (name === undefined) continue;
    const servers = text.split('\n').flatMap((line) => readServer(line) ?? []);
    backends.set(name, new Map(servers.map((server) => [server.name, server])));
  }
  return backends;
}

/** A server of a configuration of whatever spacing, with `weight` and `disabled` at the end of its line. */
function readServer(line: string): ServerLine | undefined {
  const [directive, name, endpoint, ...words] = wordsOf(line);
  if (directive !== 'server' || name === undefined || endpoint === undefined) return undefined;
  const draining = words.at(-1) === 'disabled';
  if (draining) words.pop();
  const weighted = words.at(-2) === 'weight' && /^\d+$/.test(words.at(-1) ?? '');
  const [, weight] = weighted ? words.splice(-2) : [];
  const idAt = words.findIndex((word, index) => word === 'id' && /^\d+$/.test(words[index + 1] ?? ''));
  const [, id] = idAt < 0 ? [] : words.splice(idAt, 2);
  return {
    name,
    endpoint,
    id: id === undefined ? undefined : Number(id),
    options: words.join(' '),
    weight: weight === undefined ? undefined : Number(weight),
    draining,
    changeable: true,
  };
}

/** Addresses that a configuration binds, as `address:port`. */
export function readBinds(config: string): Set<string> {
  return new Set([...config.matchAll(/^[ \t]+bind (\S+:\d+)/gm)].map(([, endpoint]) => endpoint ?? ''));
}

/** The structure of a configuration: everything but servers and maps. With equal structures no reload is needed. */
export function structureOf({ blocks }: ConfigFiles): string {
  return blocks.map(({ text }) => text).join('\u0000');
}

export interface AdoptedConfig {
  readonly config: string;
  readonly servers: readonly RunningServer[];
}

/** Stands for the options of a server that the file does not have, so that they equal no wanted ones. */
const UNKNOWN = '?';

/**
 * Returns the wanted files with the running servers in place of the wanted ones, for `decide`, and the servers that an
 * earlier load balancer disabled in order to delete them, as `backend/server`. The maps differ from all wanted ones, so
 * that they are replaced.
 */
export function runningFiles(
  wanted: ConfigFiles,
  { config, servers }: AdoptedConfig,
): { files: ConfigFiles; leaving: string[] } {
  const configured = readConfiguredServers(config);
  const byBackend = new Map<string, RunningServer[]>();
  for (const server of servers) {
    const list = byBackend.get(server.backend);
    if (list === undefined) byBackend.set(server.backend, [server]);
    else list.push(server);
  }
  const leaving: string[] = [];
  const blocks = wanted.blocks.map((block): Block => {
    if (block.backend === undefined) return block;
    const lines = configured.get(block.backend.name);
    const wantedLines = new Map(block.servers?.map((line) => [line.name, line]));
    const runningLines = (byBackend.get(block.backend.name) ?? []).flatMap((server): ServerLine[] => {
      const line = lines?.get(server.server);
      if (line !== undefined || !server.disabled)
        return [runningLine(server, line, wantedLines.get(server.server))];
      leaving.push(`${server.backend}/${server.server}`);
      return [];
    });
    return { ...block, servers: runningLines };
  });
  const maps = wanted.maps && { hosts: '\n', apps: '\n' };
  return { files: { blocks, maps, config }, leaving };
}

/** The line of a running server: the configured one, when it is of the same address, as it is changed now. */
function runningLine(
  { server, endpoint, disabled, weight }: RunningServer,
  configured: ServerLine | undefined,
  wanted: ServerLine | undefined,
): ServerLine {
  const line = configured?.endpoint === endpoint ? configured : undefined;
  const changed: ServerLine = {
    name: server,
    endpoint,
    id: line?.id,
    options: line?.options ?? UNKNOWN,
    weight: weight !== 1 || line?.weight !== undefined ? weight : undefined,
    draining: disabled,
    changeable: true,
  };
  // A `weight` at the end of the line may be the template's own, which a wanted line has among its options.
  const options = line && wordsOf(`${line.options} weight ${weight}`).join(' ');
  return options !== undefined && wanted?.options === options
    ? { ...changed, options, weight: undefined }
    : changed;
}

/**
 * Commands by backend that bring the running servers to the wanted ones before a reload brings the rest. Only backends
 * that run and are wanted have any.
 */
export function changesBeforeReload(
  wanted: ConfigFiles,
  adopted: AdoptedConfig,
  capabilities: Capabilities,
): Command[][] {
  const running = new Set(adopted.servers.map(({ backend }) => backend));
  const { files } = runningFiles(wanted, adopted);
  return wanted.blocks.flatMap((block, index) => {
    const before = files.blocks[index];
    if (before === undefined || !running.has(block.backend?.name ?? '')) return [];
    const alone = (block: Block): ConfigFiles => ({ blocks: [block], maps: undefined, config: '' });
    const decision = decide(alone(before), alone(block), capabilities);
    return decision.kind === 'commands' ? [[...decision.commands]] : [];
  });
}
