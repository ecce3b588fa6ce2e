/**
 * The isolator `linux/seccomp`: the system calls that a container may make, by a profile in `--seccomp_config_dir` (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/linux/seccomp.cpp).
 */

import { readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { errorText } from '../../../model/error-text';
import { StartError } from '../../../runtime/lifecycle';
import type { ContainerSpec } from '../../core/state/container-spec';
import { withLinux } from '../oci/change-spec';
import type { IsolatorContext } from './context';
import type { Changes, Isolator } from './isolator';
import { readProfile, type SeccompProfile, specifySeccomp } from './seccomp-profile';

export function linuxSeccomp({ config }: IsolatorContext): Isolator {
  const { seccomp_config_dir: folder, seccomp_profile_name: defaultName } = config;
  if (folder === undefined)
    throw new StartError(
      "Failed to create isolator 'linux/seccomp': Missing required `--seccomp_config_dir` flag",
    );
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new StartError(
      `Failed to create isolator 'linux/seccomp': --seccomp_config_dir: '${folder}' is not a folder`,
    );
  const defaultProfile = defaultName === undefined ? undefined : startProfile(folder, defaultName);
  return {
    name: 'linux/seccomp',
    needsRuntime: true,
    refusal: seccompError,
    async prepare({ spec }) {
      const name = spec.container?.linux_info?.seccomp?.profile_name;
      if (name !== undefined) return seccompChanges(loadProfile(folder, name));
      if (spec.container?.linux_info?.seccomp?.unconfined) return {};
      return defaultProfile === undefined ? {} : seccompChanges(defaultProfile);
    },
  };
}

/** The error in what a container asks for, in the words of Mesos. */
export function seccompError({ container }: ContainerSpec): string | undefined {
  const seccomp = container?.linux_info?.seccomp;
  if (seccomp === undefined) return undefined;
  const { profile_name: name, unconfined } = seccomp;
  if (unconfined && name !== undefined)
    return "Invalid Seccomp configuration: 'profile_name' given even though 'unconfined' Seccomp setting is enabled";
  if (!unconfined && name === undefined) return 'Missing Seccomp profile name';
  return name !== undefined && isOutside(name)
    ? `The Seccomp profile '${name}' is not below the folder of --seccomp_config_dir`
    : undefined;
}

function isOutside(name: string): boolean {
  return normalize(name).split('/')[0] === '..';
}

/** Isolators before this one have set the capabilities. */
function seccompChanges(profile: SeccompProfile): Changes {
  return {
    specification: (specification) => {
      const capabilities = specification.process.capabilities?.bounding ?? [];
      const seccomp = specifySeccomp(profile, { architecture: process.arch, capabilities });
      return withLinux({ seccomp })(specification);
    },
  };
}

function startProfile(folder: string, name: string): SeccompProfile {
  try {
    return loadProfile(folder, name);
  } catch (error) {
    throw new StartError(`Failed to create isolator 'linux/seccomp': ${errorText(error)}`);
  }
}

function loadProfile(folder: string, name: string): SeccompProfile {
  const path = join(folder, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`Failed to read Seccomp profile file '${path}': ${errorText(error)}`);
  }
  try {
    return readProfile(text);
  } catch (error) {
    throw new Error(`Failed to parse Seccomp profile '${path}': ${errorText(error)}`);
  }
}
