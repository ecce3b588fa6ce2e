/**
 * The parts that isolators are made of: their flags, the machine, and the clock of the agent.
 */

import type { Ranges } from '../../../model/ranges';
import type { Clock } from '../../../runtime/clock';
import type { Logger } from '../../../runtime/log';
import type { Hierarchies } from '../cgroups/hierarchies';
import type { Provisioner } from '../images/provisioner';
import type { IsolationConfig } from '../isolation-flags';
import type { SecretResolver } from '../secrets/secret-resolver';

export interface IsolatorContext {
  readonly config: IsolationConfig;
  readonly hierarchies: Hierarchies;
  /** The names of all isolators that are on. */
  readonly isolation: readonly string[];
  /** True when containers can be those of an OCI runtime. */
  readonly hasRuntime: boolean;
  /** The ports that the agent offers. */
  readonly ports: Ranges;
  /** The folders of `--runtime_dir` and `--work_dir`. */
  readonly runtimeDir: string;
  readonly workDir: string;
  /** Makes file systems of images; undefined without `--image_providers`. */
  readonly provisioner?: Provisioner | undefined;
  /** Resolves the secrets of containers. */
  readonly secrets: SecretResolver;
  readonly clock: Clock;
  readonly log: Logger;
}
