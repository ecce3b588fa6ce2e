/**
 * Flags of `meseta lb zdd`, with the names and short names of marathon-lb's zdd.py.
 */

import { readFileSync } from 'node:fs';
import { errorText } from '../../../cluster/model/error-text';
import { unused } from '../../../cluster/runtime/config/classes';
import {
  integer,
  requiredText,
  text,
  toggle,
  UsageError,
  type Values,
} from '../../../cluster/runtime/config/flags';
import { hideUserinfo, splitUserinfo } from '../../../cluster/runtime/http/userinfo';
import { StartError } from '../../../cluster/runtime/lifecycle';
import { type MarathonAccess, marathonAccessFlags, readMarathonAccess, readPair } from '../marathon-access';
import type { ZddConfig } from './main';

const SHORT: Readonly<Record<string, string>> = {
  '-m': '--marathon',
  '-l': '--marathon-lb',
  '-j': '--json',
  '-d': '--dry-run',
  '-f': '--force',
  '-s': '--step-delay',
  '-i': '--initial-instances',
  '-r': '--resume',
  '-w': '--max-wait',
  '-n': '--new-instances',
  '-c': '--complete-cur',
  '-p': '--complete-prev',
  '-h': '--help',
};

const count = { min: 0, max: 1_000_000 } as const;

export const zddFlags = {
  marathon: requiredText({ value: 'URL', help: 'Marathon' }),
  'marathon-lb': requiredText({ value: 'URL', help: 'statistics of the load balancers, with the port' }),
  json: requiredText({ value: 'PATH', help: 'the app' }),
  'dry-run': toggle({ help: 'print the final app and stop', fallback: false }),
  force: toggle({ help: 'ask nothing', fallback: false }),
  'step-delay': integer({ ...count, value: 'SECONDS', help: 'pause between looks', fallback: 5 }),
  'initial-instances': integer({ ...count, help: 'instances the new app begins with', fallback: 1 }),
  'linear-increase': integer({
    ...count,
    help: 'grow by this many each time instead of by half',
    fallback: 0,
  }),
  resume: toggle({ help: 'go on with a deployment that was broken off', fallback: false }),
  'max-wait': integer({
    ...count,
    value: 'SECONDS',
    help: 'longest wait for servers to drain',
    fallback: 300,
  }),
  'new-instances': integer({
    ...count,
    help: 'instances of the new app beside the old one, for good',
    fallback: 0,
  }),
  'complete-cur': toggle({ help: 'end a hybrid with the new app', fallback: false }),
  'complete-prev': toggle({ help: 'end a hybrid with the old app', fallback: false }),
  'pre-kill-hook': text({
    value: 'PATH',
    help: 'run before tasks are killed, with old app, tasks and new app as JSON',
  }),
  ...marathonAccessFlags,
  ...unused('what happens is told on standard error', 'syslog-socket', 'log-format', 'log-level'),
  longhelp: toggle({ help: 'print this and stop', fallback: false }),
} as const;

/** Replaces short names by long names. */
export function expandZddArgs(args: readonly string[]): string[] {
  return args.map((arg) => (arg === '--longhelp' ? '--help' : (SHORT[arg] ?? arg)));
}

/** Reads the settings of the deployment and the access to Marathon. */
export function readZddConfig(
  flags: Values<typeof zddFlags>,
  env: Readonly<Record<string, string | undefined>>,
): { readonly zdd: ZddConfig; readonly access: MarathonAccess } {
  const marathon = splitUserinfo(flags.marathon);
  const loadBalancer = splitUserinfo(readUrl(flags['marathon-lb']));
  const zdd: ZddConfig = {
    marathon: marathon.url,
    loadBalancer: loadBalancer.url,
    loadBalancerCredentials: loadBalancer.credentials,
    app: readJson(flags.json),
    dryRun: flags['dry-run'],
    force: flags.force,
    resume: flags.resume,
    stepDelayMs: flags['step-delay'] * 1000,
    maxWaitMs: flags['max-wait'] * 1000,
    preKillHook: flags['pre-kill-hook'],
    initialInstances: flags['initial-instances'],
    newInstances: flags['new-instances'],
    linearIncrease: flags['linear-increase'],
    completeCurrent: flags['complete-cur'],
    completePrevious: flags['complete-prev'],
  };
  return { zdd, access: readAccess(flags, env, marathon.credentials) };
}

/** The access to Marathon, with credentials of the flags or of its URL. */
function readAccess(
  flags: Values<typeof zddFlags>,
  env: Readonly<Record<string, string | undefined>>,
  inUrl: string | undefined,
): MarathonAccess {
  const access = readMarathonAccess(flags, env);
  if (inUrl === undefined) return access;
  if ((access.credentials ?? access.serviceAccount) !== undefined)
    throw new UsageError(
      '--marathon: the URL has credentials, and so has --auth-credentials or its like: leave one of them out',
    );
  return { ...access, credentials: readPair('marathon', inUrl) };
}

function readUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.port !== '') return value;
  throw new UsageError(
    `--marathon-lb: "${hideUserinfo(value)}" is no URL with a port; write it as http://HOST:9090`,
  );
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StartError(`--json: ${errorText(error)}`);
  }
}
