/**
 * The flags about the logs of containers: the original's logger by its name, and a bound of ours for all.
 */

import type { LogBound } from '../../../model/log-bound';
import { bytes } from '../../../runtime/config/flags';
import { StartError } from '../../../runtime/lifecycle';
import type { BoundsOfContainer } from '../../containerizer/output';
import {
  applySettings,
  boundsOf,
  DEFAULT_BOUND,
  DEFAULT_PREFIX,
  type LogBounds,
} from '../../core/containers/log-bounds';
import { builtIn, LOGROTATE_LOGGER, type ModuleParameter, type Modules } from './modules';

export const containerLogFlags = {
  container_logger: builtIn(
    LOGROTATE_LOGGER,
    'bounds stdout and stderr of each container, 10MB each unless CONTAINER_LOGGER_MAX_STDOUT_SIZE and its kin say otherwise',
  ),
  max_container_log_size: bytes({
    help: 'bounds stdout and stderr of each container without a logger; older text is in stdout.1, of the same size',
    fallback: undefined,
    min: 4096,
  }),
};

interface ContainerLogConfig {
  readonly container_logger: string | undefined;
  readonly max_container_log_size: number | undefined;
}

/** Reads the flags. Throws a StartError for parameters of the logger that it does not have. */
export function containerLogBounds(config: ContainerLogConfig, modules: Modules): BoundsOfContainer {
  if (config.container_logger === undefined) {
    const { max_container_log_size: maxBytes } = config;
    const bound: LogBound | undefined = maxBytes === undefined ? undefined : { maxBytes, olderFiles: 1 };
    return () => bound && { stdout: bound, stderr: bound };
  }
  const parameters = modules.get(LOGROTATE_LOGGER) ?? [];
  const prefix = parameters.find(([key]) => key === 'environment_variable_prefix')?.[1] ?? DEFAULT_PREFIX;
  const bounds = readBounds(parameters.filter(([key]) => !WITHOUT_EFFECT.has(key)));
  return (variables) => boundsOf({ variablePrefix: prefix, bounds }, variables);
}

/** Parameters that say how the original does it. */
const WITHOUT_EFFECT = new Set([
  'environment_variable_prefix',
  'launcher_dir',
  'logrotate_path',
  'libprocess_num_worker_threads',
]);

function readBounds(parameters: readonly ModuleParameter[]): LogBounds {
  const bounds = applySettings({ stdout: DEFAULT_BOUND, stderr: DEFAULT_BOUND }, parameters);
  if ('error' in bounds) throw new StartError(`--modules: ${LOGROTATE_LOGGER}: ${bounds.error}`);
  return bounds;
}
