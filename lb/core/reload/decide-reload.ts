/**
 * Decides how the running configuration becomes the wanted one: by nothing, by commands of the Runtime API, or by a
 * reload when the structure changes. Each decision has a reason for the log.
 */

import type { Block, ConfigFiles } from '../render/render';
import { describeChange } from '../render/sections';
import { areSameServers, hasSameOptions, type ServerLine } from '../render/server-line';

/** One command of the Runtime API, as values; `reload/print-command.ts` makes its text. */
export type Command =
  | { readonly kind: 'add'; readonly backend: string; readonly server: ServerLine }
  | { readonly kind: 'remove'; readonly backend: string; readonly server: ServerLine }
  | { readonly kind: 'drain'; readonly backend: string; readonly server: string; readonly disabled: boolean }
  | { readonly kind: 'weight'; readonly backend: string; readonly server: string; readonly weight: number }
  | { readonly kind: 'map'; readonly map: 'hosts' | 'apps'; readonly text: string };

export type Decision =
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'commands'; readonly commands: readonly Command[]; readonly reason: string }
  | { readonly kind: 'reload'; readonly reason: string };

/** Changes that this version of HAProxy can make while it runs. */
export interface Capabilities {
  /** Servers can be added and deleted (2.6 and newer). */
  readonly servers: boolean;
  /** Maps can be replaced in one step (2.4 and newer). */
  readonly maps: boolean;
}

const COMMANDS_MAX = 2000;

/** `running` is what HAProxy has loaded. */
export function decide(running: ConfigFiles, wanted: ConfigFiles, capabilities: Capabilities): Decision {
  const sameMaps = running.maps?.hosts === wanted.maps?.hosts && running.maps?.apps === wanted.maps?.apps;
  const same = sameStructure(running.blocks, wanted.blocks);
  if (
    same &&
    sameMaps &&
    running.blocks.every(({ servers }, index) => areSameServers(servers, wanted.blocks[index]?.servers))
  )
    return { kind: 'nothing', reason: 'the configuration is the same' };
  const commands = same ? commandsFor(running, wanted, capabilities) : undefined;
  if (commands !== undefined && commands.length <= COMMANDS_MAX)
    return { kind: 'commands', commands, reason: describeCommands(commands) };
  const change = describeChange(running.blocks, wanted.blocks);
  return { kind: 'reload', reason: change || 'maps or blank space changed' };
}

/** True when two lists of blocks differ in servers only. */
export function sameStructure(running: readonly Block[], wanted: readonly Block[]): boolean {
  return running.length === wanted.length && running.every(({ text }, index) => text === wanted[index]?.text);
}

/** The commands that make one into the other; undefined when a reload is needed. */
function commandsFor(
  running: ConfigFiles,
  wanted: ConfigFiles,
  capabilities: Capabilities,
): Command[] | undefined {
  const added: Command[] = [];
  const removed: Command[] = [];
  for (const [index, block] of wanted.blocks.entries()) {
    const before = running.blocks[index];
    if (block === before || areSameServers(block.servers, before?.servers)) continue;
    const blockCommands = serverCommands(before, block, capabilities);
    if (blockCommands === undefined) return undefined;
    for (const command of blockCommands) (command.kind === 'remove' ? removed : added).push(command);
  }
  const maps: Command[] = [];
  for (const map of ['hosts', 'apps'] as const) {
    const text = wanted.maps?.[map];
    if (running.maps?.[map] === text) continue;
    if (text === undefined || running.maps === undefined || !capabilities.maps) return undefined;
    maps.push({ kind: 'map', map, text });
  }
  return [...added, ...maps, ...removed];
}

function serverCommands(
  before: Block | undefined,
  after: Block,
  capabilities: Capabilities,
): Command[] | undefined {
  const backend = after.backend?.name ?? '';
  const old = serversByName(before?.servers ?? []);
  const fresh = serversByName(after.servers ?? []);
  if (!old || !fresh || !capabilities.servers) return undefined;
  const commands: Command[] = [];
  for (const [name, server] of fresh) {
    const previous = old.get(name);
    if (previous === undefined) {
      if (!after.backend?.dynamic) return undefined;
      commands.push({ kind: 'add', backend, server });
      continue;
    }
    if (!hasSameOptions(previous, server)) return undefined;
    const { weight, draining } = server;
    if (previous.weight !== weight)
      commands.push({ kind: 'weight', backend, server: name, weight: weight ?? 1 });
    if (previous.draining !== draining)
      commands.push({ kind: 'drain', backend, server: name, disabled: draining });
  }
  for (const [name, server] of old) if (!fresh.has(name)) commands.push({ kind: 'remove', backend, server });
  return commands;
}

/** Servers by name; undefined when a name is there twice, or commands cannot change one of them. */
function serversByName(servers: readonly ServerLine[]): Map<string, ServerLine> | undefined {
  const byName = new Map(servers.map((server) => [server.name, server]));
  const changeable = byName.size === servers.length && servers.every((server) => server.changeable);
  return changeable ? byName : undefined;
}

function describeCommands(commands: readonly Command[]): string {
  const words: Readonly<Record<Command['kind'], string>> = {
    add: 'servers added',
    remove: 'servers removed',
    drain: 'servers taken out or back',
    weight: 'weights changed',
    map: 'maps replaced',
  };
  const counts = new Map<Command['kind'], number>();
  for (const { kind } of commands) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, count]) => `${count} ${words[kind]}`);
  return parts.length === 0 ? 'the order of lines changed' : parts.join(', ');
}
