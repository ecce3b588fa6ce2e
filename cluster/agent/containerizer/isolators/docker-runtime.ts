/**
 * The isolator `docker/runtime`: what an image says of its command, variables and folder (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/docker/runtime.cpp).
 */

import { isAbsolute } from 'node:path';
import type { CommandInfo } from '../../../api/generated/mesos';
import { imageCommand, imageEnvironment } from '../images/image-command';
import type { ImageConfig } from '../images/manifest';
import { withProcess } from '../oci/change-spec';
import type { Changes, Isolator } from './isolator';

export function dockerRuntime(): Isolator {
  return {
    name: 'docker/runtime',
    needsRuntime: false,
    prepare: async ({ spec, image }) => (image ? runtimeChanges(image.config, spec.command) : {}),
  };
}

/** A container without a program of its own has no command of its image, either. */
export function runtimeChanges(config: ImageConfig, command: CommandInfo | undefined): Changes {
  const { workingDir } = config;
  const cwd = workingDir === undefined || isAbsolute(workingDir) ? workingDir : `/${workingDir}`;
  return {
    environment: imageEnvironment(config, command),
    ...(command && { command: imageCommand(command, config) }),
    ...(cwd !== undefined && { specification: withProcess({ cwd }) }),
  };
}
