/**
 * Rules about sizes: what no agent could start, or what would leave no room for other apps, is refused before it is stored.
 */

import type { App } from './app';
import { ID_MAX, idFindings } from './id-validate';
import type { Finding } from './violations';

/** Each instance takes some 10 kB of this process. */
export const INSTANCES_MAX = 100_000;

/** As many as an agent has by default; all apps together have 10,000 service ports. */
export const PORTS_MAX = 1000;

/** The longest argument or variable with which Linux starts a program, without the byte that ends it. */
const ARGUMENT_MAX_BYTES = 128 * 1024 - 1;

/** A node of ZooKeeper, and what an agent starts a program with at most, are somewhat larger. */
const DEFINITION_MAX_BYTES = 1_000_000;

export function sizeViolations(app: App): Finding[] {
  const { instances, portDefinitions = [], container, cmd, args } = app;
  return [
    ...idFindings(app.id, '/id'),
    ...instanceFindings(instances, '/instances'),
    ...portFindings(portDefinitions.length, '/portDefinitions'),
    ...portFindings(container?.portMappings?.length ?? 0, '/container/portMappings'),
    ...(cmd === undefined ? [] : argumentFindings(cmd, '/cmd')),
    ...args.flatMap((argument, index) => argumentFindings(argument, `/args(${index})`)),
    ...environmentFindings(app.env),
    ...definitionFindings(app),
  ];
}

export function instanceFindings(instances: number, path: string): Finding[] {
  return instances <= INSTANCES_MAX ? [] : [{ path, error: `must be at most ${INSTANCES_MAX}` }];
}

function portFindings(count: number, path: string): Finding[] {
  return count <= PORTS_MAX ? [] : [{ path, error: `must have at most ${PORTS_MAX} ports, not ${count}` }];
}

/** A text that a program is started with. */
function argumentFindings(text: string, path: string): Finding[] {
  if (text.includes('\0')) return [{ path, error: 'must not contain the character NUL' }];
  const bytes = Buffer.byteLength(text);
  if (bytes <= ARGUMENT_MAX_BYTES) return [];
  const error = `must have at most ${ARGUMENT_MAX_BYTES} bytes, not ${bytes}: Linux starts no program with more`;
  return [{ path, error }];
}

function environmentFindings(env: App['env']): Finding[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const path = `/env/${name.slice(0, ID_MAX)}`;
    if (name === '') return [{ path, error: 'must not be empty' }];
    if (name.includes('=')) return [{ path, error: 'must not contain =' }];
    return argumentFindings(`${name}=${typeof value === 'string' ? value : ''}`, path);
  });
}

/** A definition that is too large as a whole; the findings name the members that are too large alone. */
export function definitionFindings(definition: object): Finding[] {
  const sizes = Object.entries(definition).map(
    ([name, value]) => [`/${name}`, Buffer.byteLength(JSON.stringify(value) ?? '')] as const,
  );
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (total <= DEFINITION_MAX_BYTES) return [];
  const tooLarge = sizes.filter(([, bytes]) => bytes > DEFINITION_MAX_BYTES);
  return (tooLarge.length > 0 ? tooLarge : [['/', total] as const]).map(([path, bytes]) => ({
    path,
    error: `must have at most ${DEFINITION_MAX_BYTES} bytes, not ${bytes}`,
  }));
}
