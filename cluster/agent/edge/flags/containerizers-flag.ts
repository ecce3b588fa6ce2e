/**
 * The flag `--containerizers`: the containerizers of an agent by their names, in the order in which they are asked (Mesos
 * 1.11 src/slave/containerizer/containerizer.cpp).
 */

import type { Flag } from '../../../runtime/config/flags';

const NAMES = ['mesos', 'docker'] as const;

export type ContainerizerName = (typeof NAMES)[number];

/** Reads the flag. Throws an Error with what is wrong. */
export function readContainerizers(text: string): readonly ContainerizerName[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const [double] = names.filter((name, index) => names.indexOf(name) < index);
  if (double !== undefined) throw new Error(`Duplicate entries found in --containerizers flag: '${double}'`);
  if (names.length === 0) throw new Error('No containerizers specified: give mesos, docker, or both');
  return names.map((name) => {
    const supported = NAMES.find((candidate) => candidate === name);
    if (supported === undefined) throw new Error(`Unknown or unsupported containerizer: ${name}`);
    return supported;
  });
}

export const containerizersFlag: Flag<readonly ContainerizerName[]> = {
  help: 'which containerizers launch containers, in the order in which they are asked: mesos, docker',
  value: 'NAMES',
  fallback: ['mesos'],
  fallbackText: 'mesos',
  read: readContainerizers,
  print: (names) => names.join(','),
};
