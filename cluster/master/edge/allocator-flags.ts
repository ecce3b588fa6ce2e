/**
 * The flags of the allocator. Names and defaults are Mesos'.
 */

import { amountOf } from '../../model/quantities';
import { readResourceText } from '../../model/resource-text';
import { roleError } from '../../model/roles';
import {
  bytes,
  choice,
  duration,
  integer,
  list,
  path,
  text,
  toggle,
  type Values,
} from '../../runtime/config/flags';
import type { AllocatorSettings } from '../core/allocator/settings';
import type { RoleWeight } from '../core/state/events';
import { meaningful } from './agent-flags';
import type { PatternLimits } from './patterns';

/** Reads `web=2,batch=0.5`. Throws an Error that names the wrong part and the expected form. */
export function readWeights(flagText: string | undefined): readonly RoleWeight[] {
  return (flagText ?? '').split(',').filter(Boolean).map(readWeight);
}

function readWeight(part: string): RoleWeight {
  const [role = '', number = '', ...more] = part.split('=').map((word) => word.trim());
  const weight = Number(number);
  if (role === '' || number === '' || more.length > 0)
    throw new Error(`Invalid weight: '${part}'. Give role=weight,role=weight`);
  const error = roleError(role);
  if (error !== undefined) throw new Error(`Invalid weight: '${part}'. ${error}`);
  if (!(weight > 0 && Number.isFinite(weight)))
    throw new Error(`Invalid weight: '${part}'. Weights must be positive`);
  return { role, weight };
}

const SORTERS = ['drf', 'random'] as const;

export const allocatorFlags = {
  weights: meaningful(
    text({
      help: 'weights of roles to begin with, while none are stored; afterwards PUT /weights',
      value: 'ROLE=WEIGHT,...',
    }),
    readWeights,
  ),
  role_sorter: choice({
    help: 'how roles take turns: by dominant share or by lot',
    words: SORTERS,
    fallback: 'drf',
    formerly: 'user_sorter',
  }),
  framework_sorter: choice({
    help: 'how frameworks of a role take turns: by dominant share or by lot',
    words: SORTERS,
    fallback: 'drf',
  }),
  min_allocatable_resources: meaningful(
    text({
      help: 'what is worth an offer: `;` joins, `|` separates alternatives; empty for anything',
      fallback: 'cpus:0.01|mem:32',
      value: 'RESOURCES',
    }),
    readMinima,
  ),
  filter_gpu_resources: toggle({
    help: 'whether agents with GPUs are only for frameworks that ask for them',
    fallback: true,
  }),
  fair_sharing_excluded_resource_names: list({
    help: 'resources that do not count for the dominant share, with commas',
    value: 'NAME',
  }),
  allocator_agent_recovery_factor: meaningful(
    text({
      help: 'with quotas: part of the agents that must be back after a failover before offers are made',
      fallback: '0.8',
      value: 'PART',
    }),
    readFactor,
  ),
  allocator_recovery_timeout: duration({
    help: 'with quotas: how long agents are waited for after a failover',
    fallback: 600_000,
    fallbackText: '10mins',
  }),
  whitelist: path({ help: 'file of host names, one a line, that offers are made of; `*` for all' }),
  offer_constraints_re2_max_mem: bytes({
    help: 'most memory that a pattern in offer constraints may take',
    fallback: 4096,
    fallbackText: '4096B',
  }),
  offer_constraints_re2_max_program_size: integer({
    help: 'most steps that a pattern in offer constraints may have',
    fallback: 100,
    min: 1,
    max: 1_000_000,
  }),
};

/**
 * Reads `cpus:0.01|mem:32` as a list of alternatives, each in thousandths by name. Throws an Error that names the
 * expected form.
 */
export function readMinima(flagText: string): readonly Readonly<Record<string, number>>[] {
  return flagText
    .split('|')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const resources = readResourceText(part);
      if ('error' in resources) throw new Error(resources.error);
      const names = [...new Set(resources.map(({ name }) => name))];
      return Object.fromEntries(names.map((name) => [name, amountOf(resources, name)]));
    });
}

function readFactor(flagText: string): number {
  const factor = Number(flagText);
  if (flagText.trim() === '' || !(factor >= 0 && factor <= 1))
    throw new Error('expected a number from 0 to 1');
  return factor;
}

/** The settings that the core needs. */
export function allocatorSettings(config: Values<typeof allocatorFlags>): AllocatorSettings {
  return {
    minima: readMinima(config.min_allocatable_resources),
    filterGpus: config.filter_gpu_resources,
    excludedNames: config.fair_sharing_excluded_resource_names.flatMap((names) => names.split(',')),
    randomRoles: config.role_sorter === 'random',
    randomFrameworks: config.framework_sorter === 'random',
    recoveryFactor: readFactor(config.allocator_agent_recovery_factor),
    recoveryTimeoutMs: config.allocator_recovery_timeout,
  };
}

export function patternLimits(config: Values<typeof allocatorFlags>): PatternLimits {
  return {
    memoryBytes: config.offer_constraints_re2_max_mem,
    programSize: config.offer_constraints_re2_max_program_size,
  };
}
