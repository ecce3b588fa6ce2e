/**
 * Persistent local volumes in requests: their form, their defaults and their rules (PersistentVolumeInfo of Marathon).
 */

import { isPattern, isUnbounded, UNBOUNDED } from '../../../cluster/model/pattern';
import type { App, Persistence, Volume } from './app';
import { OPERATORS } from './constraint-validate';
import { fallback, integer, listOf, object, oneOf, optional, required, text } from './read';
import type { Finding } from './violations';

export interface RawPersistence extends Omit<Persistence, 'type'> {
  readonly type?: Persistence['type'] | undefined;
}

/** The member `residency` of an app, which only apps with persistent volumes have. */
export interface Residency {
  readonly taskLostBehavior: 'WAIT_FOREVER' | 'RELAUNCH_AFTER_TIMEOUT';
  readonly relaunchEscalationTimeoutSeconds: number;
}

export const DEFAULT_RESIDENCY: Residency = {
  relaunchEscalationTimeoutSeconds: 3600,
  taskLostBehavior: 'WAIT_FOREVER',
};

export const persistence = object<RawPersistence>({
  type: optional(oneOf('root', 'path', 'mount')),
  size: required(integer({ max: Number.MAX_SAFE_INTEGER })),
  maxSize: optional(integer({ max: Number.MAX_SAFE_INTEGER })),
  profileName: optional(text()),
  constraints: fallback(listOf(listOf(text(), { max: 3 })), []),
});

/** Disks with a profile are volumes of storage providers, which are mounted. */
export function persistenceOf({ type, ...rest }: RawPersistence): Persistence {
  return { type: type ?? (rest.profileName === undefined ? 'root' : 'mount'), ...rest };
}

/** Each instance of a resident app has volumes of its own, on one agent. */
export function hasPersistentVolumes({ container }: Pick<App, 'container'>): boolean {
  return (container?.volumes ?? []).some((volume) => volume.persistent !== undefined);
}

/** The findings about one persistent volume of an app, with paths below it. */
export function persistentFindings({ containerPath, mode }: Volume, persistent: Persistence): Finding[] {
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  if (containerPath === '.' || containerPath === '..') add('/containerPath', 'can not be one of (.,..)');
  if (containerPath.includes('/')) add('/containerPath', 'value must not contain "/"');
  if (mode === 'RO') add('/mode', 'got RO, expected RW');
  return [...findings, ...diskFindings(persistent)];
}

/** The findings about the disk of a persistent volume, with paths below the volume. */
export function diskFindings({ type, size, maxSize, profileName, constraints }: Persistence): Finding[] {
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  if (size <= 0) add('/persistent/size', `got ${size}, expected more than 0`);
  if (maxSize !== undefined && type !== 'mount') add('/persistent', 'Only mount volumes can have maxSize');
  if (maxSize !== undefined && maxSize <= size) add('/persistent', 'Max size must be larger than size');
  if (profileName === '') add('/persistent/profileName', 'must not be empty');
  // The original would wait for such a disk for ever.
  if (profileName && type === 'root') add('/persistent/profileName', 'root disks have no profile; use mount');
  if (constraints.length > 0 && type === 'root')
    add('/persistent', 'Constraints on root volumes are not supported');
  constraints.forEach((constraint, index) => {
    const error = constraintError(constraint);
    if (error !== undefined) add(`/persistent/constraints(${index})`, error);
  });
  return findings;
}

function constraintError(constraint: readonly string[]): string | undefined {
  const [field, operator, value] = constraint;
  if (field === undefined) return 'Missing field and operator';
  if (field !== 'path' || operator === undefined || value === undefined)
    return `Unsupported constraint ${constraint.join(',')}`;
  if (!OPERATORS.includes(operator)) return `unknown constraint operator ${operator}`;
  if (operator !== 'LIKE' && operator !== 'UNLIKE') return 'Operator must be one of LIKE, UNLIKE';
  if (!isPattern(value)) return 'Invalid regular expression';
  return isUnbounded(value) ? `${value} ${UNBOUNDED}` : undefined;
}

/** The findings about an app with persistent volumes. */
export function residencyFindings(app: App): Finding[] {
  if (!hasPersistentVolumes(app)) return [];
  const findings: Finding[] = [];
  const { role, acceptedResourceRoles, unreachableStrategy, upgradeStrategy } = app;
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  if (role === '*') add('/role', 'Resident apps cannot have the role *');
  if (acceptedResourceRoles.length > 0 && acceptedResourceRoles.join() !== '*')
    add('/acceptedResourceRoles', 'A resident app must have `acceptedResourceRoles = ["*"]`.');
  if (unreachableStrategy !== 'disabled') add('/', 'unreachableStrategy must be disabled for resident tasks');
  const { maximumOverCapacity } = upgradeStrategy;
  if (maximumOverCapacity !== 0)
    add('/upgradeStrategy/maximumOverCapacity', overCapacityError(maximumOverCapacity));
  const paths = (app.container?.volumes ?? []).flatMap(({ persistent, containerPath }) =>
    persistent ? [containerPath] : [],
  );
  if (new Set(paths).size < paths.length)
    add('/container/volumes', 'Persistent volumes must have different container paths');
  return findings;
}

/** The error of an upgrade that would start instances before those whose volumes they need have ended. */
export function overCapacityError(capacity: number): string {
  return `got ${Number.isInteger(capacity) ? capacity.toFixed(1) : capacity}, expected 0.0`;
}
