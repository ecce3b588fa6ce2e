/**
 * The isolator `linux/capabilities`: what of root's privileges a container has, by `ContainerInfo.linux_info` and flags (Mesos
 * 1.11 src/slave/containerizer/mesos/isolators/linux/capabilities.cpp, src/linux/capabilities.cpp).
 */

import type { CapabilityInfo, LinuxInfo } from '../../../api/generated/mesos';
import { StartError } from '../../../runtime/lifecycle';
import type { ContainerSpec } from '../../core/state/container-spec';
import { withProcess } from '../oci/change-spec';
import type { Capabilities, RuntimeSpec } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import type { Isolator } from './isolator';

type Capability = CapabilityInfo.Capability;

/** Sets of capabilities that an operator or a container asks for. */
interface Sets {
  readonly effective: readonly Capability[] | undefined;
  readonly bounding: readonly Capability[] | undefined;
}

export function linuxCapabilities({ config }: IsolatorContext): Isolator {
  const operator: Sets = {
    effective: config.effective_capabilities?.capabilities ?? (config.effective_capabilities && []),
    bounding: config.bounding_capabilities?.capabilities ?? (config.bounding_capabilities && []),
  };
  if (operator.effective && operator.bounding && !isWithin(operator.effective, operator.bounding))
    throw new StartError('--effective_capabilities: they are not a subset of the bounding capabilities');
  const decide = (spec: ContainerSpec): Sets | { readonly error: string } =>
    decideCapabilities(spec.container?.linux_info, operator);
  return {
    name: 'linux/capabilities',
    needsRuntime: true,
    refusal: (spec) => {
      const decision = decide(spec);
      return 'error' in decision ? decision.error : undefined;
    },
    async prepare({ spec }) {
      const decision = decide(spec);
      if ('error' in decision || decision.bounding === undefined) return {};
      const { bounding, effective } = decision;
      return { specification: (specification) => withCapabilities(specification, { bounding, effective }) };
    },
  };
}

/**
 * The sets of a container. Its own ones win over the operator's, within the operator's bounding set; where only one kind is
 * asked for, the effective set bounds, too. Both are undefined when nobody asks: then a container has what its user has.
 */
export function decideCapabilities(
  info: LinuxInfo | undefined,
  operator: Sets,
): Sets | { readonly error: string } {
  if (info?.capability_info && info.effective_capabilities)
    return { error: "Only one of 'capability_info' or 'effective_capabilities' is allowed" };
  const effective = listOf(info?.effective_capabilities ?? info?.capability_info) ?? operator.effective;
  const requested = listOf(info?.bounding_capabilities);
  if (requested && operator.bounding && !isWithin(requested, operator.bounding))
    return {
      error: `Bounding capabilities '${print(requested)}', but only '${print(operator.bounding)}' are allowed`,
    };
  const bounding = requested ?? operator.bounding ?? effective;
  if (effective && bounding && !isWithin(effective, bounding))
    return {
      error: `Requested capabilities '${print(effective)}', but only '${print(bounding)}' are allowed`,
    };
  return { effective, bounding };
}

function listOf(info: CapabilityInfo | undefined): readonly Capability[] | undefined {
  return info && (info.capabilities ?? []);
}

function isWithin(inner: readonly Capability[], outer: readonly Capability[]): boolean {
  return inner.every((capability) => outer.includes(capability));
}

/** A set as Mesos prints it. */
function print(capabilities: readonly Capability[]): string {
  return capabilities.length === 0 ? '{}' : `{ ${[...capabilities].sort().join(', ')} }`;
}

/**
 * A process gets the effective set, whatever its user: it is in the ambient set. Without one it keeps of what its user has
 * that which is in the bounding set.
 */
export function withCapabilities(
  specification: RuntimeSpec,
  {
    bounding,
    effective,
  }: { readonly bounding: readonly Capability[]; readonly effective: Sets['effective'] },
): RuntimeSpec {
  const { process } = specification;
  const available = process.capabilities?.bounding;
  const bounds = bounding.map(name).filter((capability) => available?.includes(capability) ?? true);
  const held = effective?.map(name) ?? bounds;
  const passed = effective === undefined ? [] : held;
  const capabilities: Capabilities = {
    bounding: bounds,
    effective: held,
    permitted: held,
    inheritable: passed,
    ambient: passed,
  };
  return withProcess({ capabilities })(specification);
}

function name(capability: Capability): string {
  return `CAP_${capability}`;
}
