/**
 * Reads what an adopted HAProxy serves, so that only the difference to the wanted configuration is sent to it.
 *
 * In: the answer to `show servers state`, the configuration on disk, the wanted files      Out: ConfigFiles as they run
 * Always true: a server whose line is not known for certain differs from every wanted one.
 */

import { type Capabilities, type Command, decide } from './decide';
import type { Block, ConfigFiles } from './render';
import { readSections } from './sections';

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

/** Server lines of a configuration by backend and server name, without `weight` and `disabled` at their end. */
type ConfiguredServers = ReadonlyMap<string, ReadonlyMap<string, { line: string; weighted: boolean }>>;

export function readConfiguredServers(config: string): ConfiguredServers {
  const backends = new Map<string, Map<string, { line: string; weighted: boolean }>>();
  for (const { title, text } of readSections(config)) {
    const name = /^backend (\S+)$/.exec(title)?.[1];
    if (name === undefined) continue;
    const lines = new Map<string, { line: string; weighted: boolean }>();
    for (const [, server, rest] of text.matchAll(/^ {2}server (\S+) (.*)$/gm)) {
      const enabled = (rest ?? '').replace(/ disabled$/, '');
      const line = enabled.replace(/ weight \d+$/, '');
      lines.set(server ?? '', { line, weighted: line !== enabled });
    }
    backends.set(name, lines);
  }
  return backends;
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

/** Stands in a server's line when the file does not have the server, so that the line equals no wanted one. */
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
    const texts = (byBackend.get(block.backend.name) ?? []).map((server) => {
      const line = lines?.get(server.server);
      if (line === undefined && server.disabled) leaving.push(`${server.backend}/${server.server}`);
      else return printServer(server, line);
      return '';
    });
    return { ...block, servers: texts.join('') };
  });
  const maps = wanted.maps && { hosts: '\n', apps: '\n' };
  return { files: { blocks, maps, config }, leaving };
}

function printServer(
  { server, endpoint, disabled, weight }: RunningServer,
  configured: { line: string; weighted: boolean } | undefined,
): string {
  const line = configured?.line.split(' ', 1)[0] === endpoint ? configured.line : `${endpoint} ${UNKNOWN}`;
  const weights = weight !== 1 || configured?.weighted ? ` weight ${weight}` : '';
  return `  server ${server} ${line}${weights}${disabled ? ' disabled' : ''}\n`;
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
