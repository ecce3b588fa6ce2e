/**
 * The isolator `posix/rlimits`: limits of each process, by `ContainerInfo.rlimit_info` (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/posix/rlimits.cpp, src/posix/rlimits.cpp).
 */

import type { RLimitInfo } from '../../../api/generated/mesos';
import type { ContainerSpec } from '../../core/state/container-spec';
import { withProcess } from '../oci/change-spec';
import type { ProcessLimit } from '../oci/runtime-spec';
import type { Isolator } from './isolator';

/** No limit (RLIM_INFINITY). */
const INFINITY = 2n ** 64n - 1n;

export function posixRlimits(): Isolator {
  return {
    name: 'posix/rlimits',
    needsRuntime: false,
    refusal: (spec) => {
      const wrong = limitsOf(spec).find((limit) => limitError(limit) !== undefined);
      return wrong && limitError(wrong);
    },
    prepare: async ({ spec }) => {
      const rlimits = limitsOf(spec).map(processLimit);
      return rlimits.length === 0 ? {} : { specification: withProcess({ rlimits }) };
    },
  };
}

function limitsOf({ container }: ContainerSpec): readonly RLimitInfo.RLimit[] {
  return container?.rlimit_info?.rlimits ?? [];
}

function limitError({ type, soft, hard }: RLimitInfo.RLimit): string | undefined {
  if (type === undefined || type === 'UNKNOWN') return 'Could not convert rlimit: Unknown rlimit type';
  if ((soft === undefined) !== (hard === undefined))
    return `Invalid rlimit values of ${type}: give both or none`;
  return undefined;
}

/** A limit for the runtime; one with neither value is no limit. */
export function processLimit({ type = 'UNKNOWN', soft, hard }: RLimitInfo.RLimit): ProcessLimit {
  return {
    type: type.replace('RLMT_', 'RLIMIT_'),
    soft: soft ?? INFINITY,
    hard: hard ?? INFINITY,
  };
}
