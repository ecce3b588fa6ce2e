/** Readers of the members that apps and pods have alike. */

import { isObject } from '../../../cluster/model/json-value';
import type {
  App,
  Artifact,
  Container,
  EnvValue,
  ExecutorResources,
  KillSelection,
  Limit,
  Network,
  NetworkMode,
  UnreachableStrategy,
} from './app';
import {
  boolean,
  eitherOf,
  fallback,
  integer,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  type Reader,
  reader,
  required,
  text,
} from './read';

export interface RawNetwork extends Omit<Network, 'mode'> {
  readonly mode?: NetworkMode | undefined;
}

const PART = '([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])';
const SEGMENT = `(\\.\\.|\\.|(${PART}\\.)*${PART})`;
const PATH_PATTERN = new RegExp(`^/*(${SEGMENT}(/${SEGMENT})*)?/?$`);
const PATH_FORM = 'have parts of lower-case letters, digits, dots and dashes, such as /prod/web';
export const pathId = text({ pattern: PATH_PATTERN, form: PATH_FORM });
export const labels = mapOf(text());
export const seconds = integer({ min: 0 });

const plainValue = text();
const secretValue = object<{ secret: string }>({ secret: required(text({ min: 1 })) });
export const envValue = reader<EnvValue>(eitherOf(plainValue, secretValue), (value, location, reading) =>
  isObject(value) ? secretValue(value, location, reading) : plainValue(value, location, reading),
);

function limit(min: number): Reader<Limit> {
  const amount = number({ min });
  const word = oneOf('unlimited');
  return reader<Limit>(eitherOf(amount, word), (value, location, reading) =>
    typeof value === 'string' ? word(value, location, reading) : amount(value, location, reading),
  );
}

export const artifact = object<Artifact>({
  uri: required(text({ min: 1, max: 1024 })),
  extract: fallback(boolean, true),
  executable: fallback(boolean, false),
  cache: fallback(boolean, false),
  destPath: optional(text({ min: 1 })),
});

const networkName = text({
  min: 1,
  max: 63,
  pattern: /^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$/,
  form: 'be of lower-case letters, digits, dashes and underscores',
});

export const network = object<RawNetwork>({
  name: optional(networkName),
  mode: optional(oneOf('container', 'container/bridge', 'host')),
  labels: fallback(labels, {}),
});

const unreachableTimes = object<Exclude<UnreachableStrategy, 'disabled'>>({
  inactiveAfterSeconds: fallback(seconds, 0),
  expungeAfterSeconds: fallback(seconds, 0),
});

const disabled = oneOf('disabled');
export const unreachable = reader<UnreachableStrategy>(
  eitherOf(disabled, unreachableTimes),
  (value, location, reading) =>
    typeof value === 'string'
      ? disabled(value, location, reading)
      : unreachableTimes(value, location, reading),
);

const share = number({ min: 0, max: 1 });

export const resourceLimits = object<NonNullable<App['resourceLimits']>>({
  cpus: optional(limit(0)),
  mem: optional(limit(0)),
});

/** Those of a default executor. */
export const DEFAULT_EXECUTOR_RESOURCES: ExecutorResources = { cpus: 0.1, mem: 32, disk: 10 };

export const executorResources = object<ExecutorResources>({
  cpus: fallback(number({ min: 0.1 }), DEFAULT_EXECUTOR_RESOURCES.cpus),
  mem: fallback(number({ min: 32 }), DEFAULT_EXECUTOR_RESOURCES.mem),
  disk: fallback(number({ min: 10 }), DEFAULT_EXECUTOR_RESOURCES.disk),
});

export const upgradeStrategy = object<App['upgradeStrategy']>({
  minimumHealthCapacity: fallback(share, 1),
  maximumOverCapacity: fallback(share, 1),
});

export const secrets = mapOf(object<{ source: string }>({ source: required(text({ min: 1 })) }));

export const killSelection = oneOf<KillSelection>('YOUNGEST_FIRST', 'OLDEST_FIRST');

export const linuxInfo = object<NonNullable<Container['linuxInfo']>>({
  seccomp: optional(
    object<{ profileName?: string | undefined; unconfined: boolean }>({
      profileName: optional(text()),
      unconfined: fallback(boolean, false),
    }),
  ),
  ipcInfo: optional(
    object<{ mode: 'PRIVATE' | 'SHARE_PARENT'; shmSize?: number | undefined }>({
      mode: fallback(oneOf('PRIVATE', 'SHARE_PARENT'), 'PRIVATE'),
      shmSize: optional(integer({ min: 0 })),
    }),
  ),
});
