/**
 * Performs a health check: a command in the sandbox, an HTTP request, or a TCP connection.
 *
 * Requests and connections go to the loopback address of this host, as in Mesos.
 */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type * as mesos from '../../api/generated/mesos';
import { errorText } from '../../model/error-text';
import { makeFolder } from '../../runtime/files/make-folder';
import { programUmask, withInheritedUmask } from '../../runtime/files/private';
import { HeldProgram, holderProgram, type ProgramEnd } from '../../runtime/holder/held-program';
import type { HttpClient } from '../../runtime/http/client';
import { type Identity, identityOf } from '../../runtime/identity';
import { signalAll } from '../../runtime/processes';
import { checkEnvironment } from './environment';

export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

export interface CheckContext {
  /** The task's sandbox. */
  readonly directory: string;
  /** The task's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user the task runs as. */
  readonly user: string | undefined;
  readonly client: HttpClient;
  /** The folder of holders; without it a command is a child of this process. */
  readonly runFolder?: string | undefined;
}

const TIMEOUT_S = 20;

/** Performs a check. It never rejects: an error is a failed check. */
export async function runCheck(check: mesos.HealthCheck, context: CheckContext): Promise<CheckResult> {
  const timeoutMs = (check.timeout_seconds ?? TIMEOUT_S) * 1000;
  try {
    if (check.type === 'HTTP' && check.http) return await http(check.http, context.client, timeoutMs);
    if (check.type === 'TCP' && check.tcp) return await tcp(check.tcp.port, timeoutMs);
    if (check.command) return await command(check.command, context, timeoutMs);
    return { ok: false, detail: `a health check of type ${check.type} cannot be done` };
  } catch (error) {
    return { ok: false, detail: errorText(error) };
  }
}

async function http(
  info: mesos.HealthCheck.HTTPCheckInfo,
  client: HttpClient,
  timeoutMs: number,
): Promise<CheckResult> {
  const url = `${info.scheme ?? 'http'}://127.0.0.1:${info.port}${info.path ?? '/'}`;
  const { status } = await client.request({ url, timeoutMs });
  return { ok: status >= 200 && status < 400, detail: `${url} answered ${status}` };
}

function tcp(port: number, timeoutMs: number): Promise<CheckResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (ok: boolean, detail: string): void => {
      socket.destroy();
      resolve({ ok, detail });
    };
    socket.setTimeout(timeoutMs, () => done(false, `no connection to port ${port} within ${timeoutMs} ms`));
    socket.once('connect', () => done(true, ''));
    socket.once('error', (error) => done(false, error.message));
  });
}

/** Runs the command as the task's user, in its sandbox and with its environment. */
async function command(
  info: mesos.CommandInfo,
  context: CheckContext,
  timeoutMs: number,
): Promise<CheckResult> {
  const identity = await identityOf(context.user);
  const shell = info.shell ?? true;
  const [file, args] = shell
    ? ['/bin/sh', ['-c', info.value ?? '']]
    : [info.value ?? '', (info.arguments ?? []).slice(1)];
  const holder = holderProgram();
  if (holder !== undefined && context.runFolder !== undefined) {
    const plan = { file, arguments: [shell ? 'sh' : file, ...args] };
    return heldCommand(plan, { ...context, holder, runFolder: context.runFolder, identity, info, timeoutMs });
  }
  return new Promise((resolve) => {
    const options = {
      cwd: context.directory,
      env: { ...checkEnvironment(context.environment, info) },
      detached: true,
      stdio: 'ignore',
      ...identity,
    } as const;
    const child = withInheritedUmask(() => spawn(file, args, options));
    const timer = setTimeout(() => {
      if (child.pid !== undefined) signalAll([-child.pid], 'SIGKILL');
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ ok: false, detail: error.message });
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve({
        ok: code === 0,
        detail: endText(signal ? { signal } : { code: code ?? 0 }),
      });
    });
  });
}

interface HeldCheck extends CheckContext {
  readonly holder: string;
  readonly runFolder: string;
  readonly identity: Identity | undefined;
  readonly info: mesos.CommandInfo;
  readonly timeoutMs: number;
}

/** Runs the command under a holder, which gives it no file of this process and leaves no process behind. */
async function heldCommand(
  program: { readonly file: string; readonly arguments: readonly string[] },
  { holder, runFolder, identity, info, timeoutMs, directory, environment }: HeldCheck,
): Promise<CheckResult> {
  const folder = join(runFolder, 'check');
  makeFolder(folder);
  const nowhere = openSync('/dev/null', 'w');
  try {
    const held = await HeldProgram.start(holder, folder, {
      ...program,
      environment: checkEnvironment(environment, info),
      directory,
      user: identity && { ...identity, groups: [] },
      umask: programUmask(),
      stdout: nowhere,
      stderr: nowhere,
    });
    const timer = setTimeout(() => held.kill(), timeoutMs);
    const end = await held.ended;
    clearTimeout(timer);
    return { ok: 'code' in end && end.code === 0, detail: endText(end) };
  } finally {
    closeSync(nowhere);
  }
}

function endText(end: ProgramEnd): string {
  if ('code' in end) return `the command exited with ${end.code}`;
  return `the command was ended by ${'signal' in end ? end.signal : 'the end of its holder'}`;
}
