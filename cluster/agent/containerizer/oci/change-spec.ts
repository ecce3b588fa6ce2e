/**
 * Changes of a runtime specification, for isolators: each makes a new one. Pure.
 */

import type { DeviceRule, Linux, LinuxResources, Namespace, Process, RuntimeSpec } from './runtime-spec';

type Change = (specification: RuntimeSpec) => RuntimeSpec;

/** Puts the container into a namespace, instead of one of the same type. */
export function withNamespace(namespace: Namespace): Change {
  return (specification) => {
    const others = specification.linux.namespaces.filter(({ type }) => type !== namespace.type);
    return withLinux({ namespaces: [...others, namespace] })(specification);
  };
}

export function withLinux(change: Partial<Linux>): Change {
  return (specification) => ({ ...specification, linux: { ...specification.linux, ...change } });
}

/** Adds rules of devices to those that are there. */
export function withDeviceRules(rules: readonly DeviceRule[]): Change {
  return (specification) => {
    const devices = [...(specification.linux.resources?.devices ?? []), ...rules];
    return withResources({ devices })(specification);
  };
}

/** Replaces whole resources, such as `cpu`. */
export function withResources(change: Partial<LinuxResources>): Change {
  return (specification) =>
    withLinux({ resources: { ...specification.linux.resources, ...change } })(specification);
}

export function withProcess(change: Partial<Process>): Change {
  return (specification) => ({ ...specification, process: { ...specification.process, ...change } });
}

/** Does several changes, one after the other. */
export function withAll(...changes: readonly Change[]): Change {
  return (specification) => changes.reduce((changed, change) => change(changed), specification);
}
