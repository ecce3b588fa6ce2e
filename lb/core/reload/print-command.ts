/**
 * Prints commands of the Runtime API from their values, and reads HAProxy's answers to them.
 *
 * Always true: no value ends a command or begins another one.
 */

import { assert } from '../../../cluster/model/assert';
import { isSafeWord } from '../labels/label-values';
import { isChecked, printServerWords, type ServerLine } from '../render/server-line';
import type { Command } from './decide-reload';

/** A command about one server. */
export type ServerCommand = Exclude<Command, { kind: 'map' }>;
type AddCommand = Extract<Command, { kind: 'add' }>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ENDS_COMMAND = /[\x00-\x1f\x7f;]/;

/** `backend/server`, as commands name a server. */
export function serverPath({ backend, server }: ServerCommand): string {
  return `${backend}/${typeof server === 'string' ? server : server.name}`;
}

export function printCommand(command: ServerCommand): string[] {
  const path = serverPath(command);
  assert(isSafeWord(path) && !ENDS_COMMAND.test(path), `not the name of a server: ${JSON.stringify(path)}`);
  switch (command.kind) {
    case 'add':
      return printAdd(path, command);
    case 'remove':
      return [`set server ${path} state maint`];
    case 'drain':
      return [`set server ${path} state ${command.disabled ? 'maint' : 'ready'}`];
    case 'weight':
      return [`set server ${path} weight ${command.weight}`];
  }
}

function printAdd(path: string, { server }: AddCommand): string[] {
  const words = printServerWords(server);
  assert(!ENDS_COMMAND.test(words), `not the options of a server: ${JSON.stringify(words)}`);
  const health = isChecked(server) ? [`enable health ${path}`] : [];
  return [`add server ${path} ${words}`, ...health, ...printReady(path, server)];
}

/** Puts a server back that was removed with the same options but still has requests. */
export function printPutBack(command: AddCommand): string[] {
  const path = serverPath(command);
  return [`set server ${path} weight ${command.server.weight ?? 1}`, ...printReady(path, command.server)];
}

function printReady(path: string, { draining }: ServerLine): string[] {
  return draining ? [] : [`set server ${path} state ready`];
}

/** A line of HAProxy's answer that reports a failure. */
export type CommandFailure =
  | { readonly kind: 'id used'; readonly id: number; readonly text: string }
  /** Also the consequence of a failed `add server` for the lines after it. */
  | { readonly kind: 'no such server'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

/** Failures in the answer to a batch of commands; empty when all of them were carried out. */
export function readFailures(answer: string): CommandFailure[] {
  return answer.split('\n').flatMap((text): CommandFailure[] => {
    const line = text.trim();
    if (line === '' || /^(New server registered\.|Server deleted\.)/.test(line)) return [];
    const id = /custom id (\d+) already used/.exec(text)?.[1];
    if (id !== undefined) return [{ kind: 'id used', id: Number(id), text }];
    return [{ kind: /no such server/i.test(text) ? 'no such server' : 'other', text }];
  });
}

/**
 * Commands to send again without ids, when the only failures are about ids in use: a server that is being removed, or an
 * earlier one, may have the id that the file gives to a new server. HAProxy then chooses an id, until the next reload.
 * Undefined when there are other failures.
 */
export function withoutUsedIds(
  sent: readonly ServerCommand[],
  failures: readonly CommandFailure[],
): ServerCommand[] | undefined {
  const usedIds = new Set(failures.flatMap((failure) => (failure.kind === 'id used' ? failure.id : [])));
  if (usedIds.size === 0 || failures.some(({ kind }) => kind === 'other')) return undefined;
  return sent.flatMap((command): ServerCommand[] => {
    if (command.kind !== 'add' || command.server.id === undefined) return [];
    return usedIds.has(command.server.id)
      ? [{ ...command, server: { ...command.server, id: undefined } }]
      : [];
  });
}
