/**
 * Runs tasks without a framework of the user's, and follows them to their ends.
 */

import { randomInt } from 'node:crypto';
import { userInfo } from 'node:os';
import type { MessageName, Messages } from '../../cluster/api/generated/messages';
import { messageFromJson, parseExact } from '../../cluster/api/json-read';
import { errorText } from '../../cluster/model/error-text';
import { readResourceText } from '../../cluster/model/resource-text';
import { type Resources, writeResources } from '../../cluster/model/resources';
import { trustOf } from '../../cluster/runtime/auth/caller';
import type { Clock } from '../../cluster/runtime/clock';
import { UsageError } from '../../cluster/runtime/config/flags';
import type { Logger } from '../../cluster/runtime/log';
import { createScheduler, type Scheduler } from '../scheduler/edge/scheduler';
import { DEFAULT_RESOURCES, type RunConfig } from './config';
import { ignoredFlags, planRun, type RunRequest } from './core/plan';
import { disconnected, endOf, frameworkOf, newRun, type RunEffect, received, subscribed } from './core/run';

export interface RunDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly out: (line: string) => void;
}

/** Time in which the master ends the connection of a framework that has ended. */
const TEARDOWN_MS = 3000;

/** Runs the tasks that the flags ask for. Resolves with the exit status; throws a UsageError for wrong flags. */
export async function runTasks(config: RunConfig, { clock, log, out }: RunDeps): Promise<number> {
  const masters = mastersOf(config);
  const request = readRequest(config);
  const plan = planRun(request);
  if ('error' in plan) throw new UsageError(plan.error);
  for (const text of ignoredFlags(request)) log.warn({}, text);
  const run = newRun(plan);
  const { promise: ended, resolve: end } = deferred<number>();
  let isTornDown = false;
  const perform = (effects: readonly RunEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'call') scheduler.call(effect.call);
      else if (effect.kind === 'line') out(effect.text);
      else if (effect.kind === 'end') end(effect.status);
      else clock.wakeAt(clock.now() + (plan.killAfterMs ?? 0), () => scheduler.call(effect.call));
      if (effect.kind === 'call' && effect.call.type === 'TEARDOWN') {
        isTornDown = true;
        clock.wakeAt(clock.now() + TEARDOWN_MS, () => perform([endOf(run)]));
      }
    }
  };
  const scheduler: Scheduler = createScheduler({
    masters,
    clock,
    log: warningWhile(log, () => !isTornDown),
    seed: randomInt(2 ** 32),
    mediaType: config.content_type.endsWith('json') ? 'application/json' : 'application/x-protobuf',
    credentials: credentialsOf(config),
    token: config.token,
    tls: trustOf(config),
    onNotice: (notice) => {
      if (notice.kind === 'event') return perform(received(run, notice.event));
      if (notice.kind === 'disconnected') return perform(disconnected(run));
      perform(subscribed(run, notice.subscribed));
      scheduler.setFramework(frameworkOf(run));
    },
    onRefused: (call, reason) => {
      out(`The master refused ${call.type}: ${reason}`);
      if (call.type === 'ACCEPT') end(1);
    },
    onBroken: (error) => {
      out(errorText(error));
      end(1);
    },
  });
  scheduler.setFramework(frameworkOf(run));
  try {
    return await ended;
  } finally {
    await scheduler.stop();
  }
}

/** Warnings only while `isWanted` says so: the master ends the connection of a framework that was torn down. */
export function warningWhile(log: Logger, isWanted: () => boolean): Logger {
  return {
    ...log,
    warn: (fields, text) => {
      if (isWanted()) log.warn(fields, text);
    },
  };
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Those of mesos-execute, or of all client commands. */
function credentialsOf({ principal, secret, credentials }: RunConfig): string | undefined {
  return principal === undefined || secret === undefined ? credentials : `${principal}:${secret}`;
}

function mastersOf({ master }: RunConfig): string[] {
  if (/^(zk|file):/.test(master))
    throw new UsageError('--master: expected an address, such as 127.0.0.1:5050: ZooKeeper is not asked');
  return [/^https?:\/\//.test(master) ? master : `http://${master}`];
}

const WAY_OUT = 'put it where agents can fetch it, and use --task with uris';

/** The reasons why flags of the original are refused. */
const REFUSED = {
  package: `it would be copied into HDFS: ${WAY_OUT}`,
  hadoop: `it is for --package: ${WAY_OUT}`,
  hdfs: `it is for --package: ${WAY_OUT}`,
  overwrite: `it is for --package: ${WAY_OUT}`,
  appc_image: 'there are no Appc images: use --docker_image',
} satisfies Partial<Record<keyof RunConfig, string>>;

function readRequest(config: RunConfig): RunRequest {
  for (const [flag, reason] of Object.entries(REFUSED))
    if (config[flag as keyof typeof REFUSED]) throw new UsageError(`--${flag} is not supported: ${reason}`);
  const { task_group: group } = config;
  return {
    user: userInfo().username,
    task: read('task', 'mesos.v1.TaskInfo', config.task, withAgent),
    taskGroup: read('task_group', 'mesos.v1.TaskGroupInfo', group, withAgents),
    name: config.name,
    shell: config.shell,
    command: config.command,
    variables: readVariables(config.env),
    resources: writeResources(readResourcesFlag(config.resources)) as never,
    hasResources: config.resources !== DEFAULT_RESOURCES,
    checkpoint: config.checkpoint,
    dockerImage: config.docker_image,
    capabilities: words(config.framework_capabilities),
    containerizer: config.containerizer,
    effectiveCapabilities: read(
      'effective_capabilities',
      'mesos.v1.CapabilityInfo',
      config.effective_capabilities,
    ),
    boundingCapabilities: read(
      'bounding_capabilities',
      'mesos.v1.CapabilityInfo',
      config.bounding_capabilities,
    ),
    rlimits: read('rlimits', 'mesos.v1.RLimitInfo', config.rlimits),
    role: config.role,
    killAfterMs: config.kill_after,
    networks: words(config.networks),
    principal: config.principal,
    hasSecret: config.secret !== undefined,
    volumes: read('volumes', 'mesos.v1.ContainerInfo', config.volumes, withVolumes)?.volumes,
    hasTerminal: config.tty,
    isPartitionAware: config.partition_aware,
  };
}

function readResourcesFlag(text: string): Resources {
  const resources = readResourceText(text);
  if ('error' in resources) throw new UsageError(`--resources: ${resources.error}`);
  return resources;
}

function words(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

type Json = Readonly<Record<string, unknown>>;

function readVariables(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  const variables = parse('env', text);
  const isObject = typeof variables === 'object' && variables !== null && !Array.isArray(variables);
  if (!isObject || Object.values(variables).some((value) => typeof value !== 'string'))
    throw new UsageError('--env: expected an object of strings, such as {"NAME": "value"}');
  return variables as Readonly<Record<string, string>>;
}

/** Reads a message from the JSON of a flag. */
function read<N extends MessageName>(
  flag: string,
  name: N,
  text: string | undefined,
  complete: (json: unknown) => unknown = (json) => json,
): Messages[N] | undefined {
  if (text === undefined) return undefined;
  try {
    return messageFromJson(name, complete(parse(flag, text)));
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`--${flag}: ${errorText(error)}`);
  }
}

function parse(flag: string, text: string): unknown {
  try {
    return parseExact(text);
  } catch (error) {
    throw new UsageError(`--${flag}: ${errorText(error)}`);
  }
}

/** The agent is known with the offer. */
function withAgent(json: unknown): unknown {
  return { agent_id: { value: '' }, ...(json as Json) };
}

function withAgents(json: unknown): unknown {
  const { tasks, ...rest } = json as Json;
  return { ...rest, tasks: Array.isArray(tasks) ? tasks.map(withAgent) : tasks };
}

/** A list of volumes is read as a part of a container. */
function withVolumes(json: unknown): unknown {
  return { type: 'MESOS', volumes: json };
}
