/**
 * The container as Docker's engine describes it (`docker inspect`), read from the JSON of its API (Mesos 1.11
 * src/docker/docker.cpp, Docker::Container::create). Pure.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { CurrentLimits } from './resources';

export interface Inspection extends CurrentLimits {
  readonly id: string;
  /** Running, paused or restarting; `created` before its start, and `ended` after its end. */
  readonly phase: 'created' | 'running' | 'ended';
  /** The pid of its first process on the host; undefined when it has none. */
  readonly pid: number | undefined;
  /** True once its program was started, also when it has ended. */
  readonly started: boolean;
  readonly exitCode: number;
  readonly ranOutOfMemory: boolean;
  /** The error of its start. */
  readonly error: string;
  /** The signal that asks it to end. */
  readonly stopSignal: string;
  readonly addresses: readonly mesos.NetworkInfo.IPAddress[];
  readonly labels: Readonly<Record<string, unknown>>;
  /** The whole, as `docker inspect` prints it. */
  readonly text: string;
}

/** The text with stars in the place of the values of these variables. */
export function textWithout(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  const hidden = (JSON.parse(text) as readonly Json[]).map((container) => {
    const config = objectOf(container['Config']);
    const env = Array.isArray(config['Env'])
      ? config['Env'].map((line) => hideValue(String(line), names))
      : [];
    return { ...container, Config: { ...config, Env: env } };
  });
  return JSON.stringify(hidden, undefined, 4);
}

function hideValue(line: string, names: readonly string[]): string {
  const name = names.find((candidate) => line.startsWith(`${candidate}=`));
  return name === undefined ? line : `${name}=***`;
}

type Json = Readonly<Record<string, unknown>>;

const NEVER = '0001-01-01T00:00:00Z';
const STOP_SIGNAL = 'SIGTERM';

/** Reads the answer of the engine. Throws an Error for one that describes no container. */
export function readInspection(json: unknown): Inspection {
  const container = objectOf(json);
  const { Id: id } = container;
  const state = objectOf(container['State']);
  const config = objectOf(container['Config']);
  const host = objectOf(container['HostConfig']);
  if (typeof id !== 'string' || typeof state['Status'] !== 'string')
    throw new Error('Unable to find Id or State in the description of a container');
  const started = (textOf(state['StartedAt']) || NEVER) !== NEVER;
  return {
    id,
    phase: phaseOf(state, started),
    pid: numberOf(state['Pid']) || undefined,
    started,
    exitCode: numberOf(state['ExitCode']),
    ranOutOfMemory: state['OOMKilled'] === true,
    error: textOf(state['Error']),
    stopSignal: textOf(config['StopSignal']) || STOP_SIGNAL,
    addresses: addressesOf(container, textOf(host['NetworkMode'])),
    labels: objectOf(config['Labels']),
    Memory: numberOf(host['Memory']),
    MemorySwap: numberOf(host['MemorySwap']),
    text: JSON.stringify([json], undefined, 4),
  };
}

function phaseOf({ Running, Status }: Json, started: boolean): Inspection['phase'] {
  if (Running === true || Status === 'restarting') return 'running';
  return started ? 'ended' : 'created';
}

/** The addresses in the network of the container; engines before 1.9 had one for all networks. */
function addressesOf(container: Json, mode: string): readonly mesos.NetworkInfo.IPAddress[] {
  const settings = objectOf(container['NetworkSettings']);
  const networks = objectOf(settings['Networks']);
  // The engine calls the default network so when nothing named another one.
  const network = networks[mode === 'default' ? 'bridge' : mode];
  const { IPAddress, GlobalIPv6Address } = objectOf(network ?? settings);
  return [
    ...(textOf(IPAddress) === '' ? [] : [{ ip_address: textOf(IPAddress) }]),
    ...(textOf(GlobalIPv6Address) === ''
      ? []
      : [{ ip_address: textOf(GlobalIPv6Address), protocol: 'IPv6' as const }]),
  ];
}

/**
 * The network of a container as its status tells it: what the task has asked for, with the addresses; none for a container
 * without an address of its own.
 */
export function networkInfosOf(
  { addresses }: Pick<Inspection, 'addresses'>,
  container: mesos.ContainerInfo | undefined,
): readonly mesos.NetworkInfo[] {
  if (addresses.length === 0) return [];
  return [{ ...container?.network_infos?.[0], ip_addresses: addresses }];
}

function objectOf(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
