/** Properties of frameworks that decide on offers: capabilities, minima and offer constraints. */

import type * as mesos from '../../../api/generated/mesos';
import type { Quantities } from '../../../model/quantities';
import type { Constraints } from '../offer-constraints/constraints';

export interface FrameworkFacts {
  readonly multiRole: boolean;
  readonly gpus: boolean;
  readonly shared: boolean;
  readonly revocable: boolean;
  readonly refined: boolean;
  readonly regionAware: boolean;
  /** Minima by role: alternatives, of which one must be met. Roles without an entry have the master's minima. */
  readonly minima: ReadonlyMap<string, readonly Quantities[]>;
  readonly constraints: Constraints;
}

export const PLAIN_FRAMEWORK: FrameworkFacts = {
  multiRole: false,
  gpus: false,
  shared: false,
  revocable: false,
  refined: false,
  regionAware: false,
  minima: new Map(),
  constraints: new Map(),
};

export function frameworkFacts(info: mesos.FrameworkInfo, constraints: Constraints): FrameworkFacts {
  const can = (name: mesos.FrameworkInfo.Capability.Type): boolean =>
    info.capabilities?.some(({ type }) => type === name) ?? false;
  return {
    multiRole: can('MULTI_ROLE'),
    gpus: can('GPU_RESOURCES'),
    shared: can('SHARED_RESOURCES'),
    revocable: can('REVOCABLE_RESOURCES'),
    refined: can('RESERVATION_REFINEMENT'),
    regionAware: can('REGION_AWARE'),
    minima: minimaOf(info),
    constraints,
  };
}

function minimaOf({ offer_filters }: mesos.FrameworkInfo): Map<string, readonly Quantities[]> {
  const minima = new Map<string, readonly Quantities[]>();
  for (const [role, { min_allocatable_resources: minimum }] of Object.entries(offer_filters ?? {})) {
    if (minimum)
      minima.set(
        role,
        (minimum.quantities ?? []).map(({ quantities }) => readScalars(quantities)),
      );
  }
  return minima;
}

/** Scalars by name in milli-units, rounded: Mesos compares scalars with three decimals. */
export function readScalars(scalars: Readonly<Record<string, mesos.Value.Scalar>> | undefined): Quantities {
  return new Map(Object.entries(scalars ?? {}).map(([name, { value }]) => [name, Math.round(value * 1000)]));
}
